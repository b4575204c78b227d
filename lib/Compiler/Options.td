// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The options of lcompile. Those of the first group are in --help, all in --help-all.
include "llvm/Option/OptParser.td"

def common : OptionGroup<"options">, HelpText<"OPTIONS">;
def advanced : OptionGroup<"advanced">, HelpText<"FOR PEOPLE WHO WRITE COMPILERS">, Flags<[HelpHidden]>;

class Eq<string name, string meta, string help, OptionGroup group = common>
    : Joined<["--"], name # "=">, HelpText<help>, MetaVarName<meta>, Group<group>;
// The same with a space instead of '='.
class Sp<string name, Option to> : Separate<["--"], name>, Alias<to>, Flags<[HelpHidden]>;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"FILE">, Group<common>,
        HelpText<"Output; its ending decides what is written: .so, .o, none: executable">;
def input : Eq<"input", "SPEC", "Shape of an input: 'x: 1..32x3x224x224xf32'">;
def : Sp<"input", input>;
def check : Flag<["--"], "check">, Group<common>,
            HelpText<"Say which operators are supported; compile nothing">;
def emit : Eq<"emit", "KIND", "so, exe, obj; or text: lc, llvm, plan">;
def : Sp<"emit", emit>;
def cpu : Eq<"cpu", "NAME", "native (default), x86-64-v3 or x86-64-v4">;
def : Sp<"cpu", cpu>;
def threads : Eq<"threads", "N", "Threads of a call; 0 (default): as many as cores">;
def : Sp<"threads", threads>;
def kernels : Eq<"kernels", "KIND", "Contractions: onednn (default) or native (generated, no library)">;
def : Sp<"kernels", kernels>;
def v : Flag<["-"], "v">, Group<common>, HelpText<"One line a phase with time and size">;
def help : Flag<["--"], "help">, Group<common>, HelpText<"This text">;
def h : Flag<["-"], "h">, Alias<help>, Flags<[HelpHidden]>;
def help_all : Flag<["--"], "help-all">, Group<common>, HelpText<"All options">;
def version : Flag<["--"], "version">, Group<common>, HelpText<"Version">;

def stop_after : Eq<"stop-after", "STAGE", "Stop after import, normalize, optimize, partition or lower", advanced>,
                 Flags<[HelpHidden]>;
def : Sp<"stop-after", stop_after>;
def start_from : Eq<"start-from", "STAGE", "First stage to run on dumped IR", advanced>, Flags<[HelpHidden]>;
def : Sp<"start-from", start_from>;
def dump_phases : Eq<"dump-phases", "DIR", "Folder for the IR after each stage", advanced>, Flags<[HelpHidden]>;
def : Sp<"dump-phases", dump_phases>;
def embed_weights : Eq<"embed-weights", "BYTES", "Largest weights inside of the artefact (default 64 MiB)", advanced>,
                    Flags<[HelpHidden]>;
