// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The options of lcompile. Those of the first group are in --help, all in --help-all.
include "llvm/Option/OptParser.td"

def common : OptionGroup<"options">, HelpText<"OPTIONS">;
def output : OptionGroup<"output">, HelpText<"OUTPUT">;
def advanced : OptionGroup<"advanced">, HelpText<"STAGES, FOR PEOPLE WHO WRITE COMPILERS">;

class Eq<string name, string meta, string help, OptionGroup group = common>
    : Joined<["--"], name # "=">, HelpText<help>, MetaVarName<meta>, Group<group>;
// One that only --help-all shows.
class Rare<string name, string meta, string help, OptionGroup group>
    : Eq<name, meta, help, group>, Flags<[HelpHidden]>;
// The same with a space instead of '='.
class Sp<string name, Option to> : Separate<["--"], name>, Alias<to>, Flags<[HelpHidden]>;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"FILE">, Group<common>,
        HelpText<"Output: FILE.so, FILE.o, or FILE, an executable">;
def input : Eq<"input", "SPEC", "Shape of an input: 'x: 1..32x3x224x224xf32'">;
def : Sp<"input", input>;
def check : Flag<["--"], "check">, Group<common>,
            HelpText<"Say which operators are supported; compile nothing">;
def verify : Flag<["--"], "verify">, Group<common>,
             HelpText<"Compile, run, compare every output with eager PyTorch">;
def emit : Eq<"emit", "KIND", "so, exe, obj; or text: lc, llvm, asm, plan">;
def : Sp<"emit", emit>;
def cpu : Eq<"cpu", "NAME", "native (default), x86-64-v3 or x86-64-v4">;
def : Sp<"cpu", cpu>;
def threads : Eq<"threads", "N", "Threads of a call; 0 (default): all cores">;
def : Sp<"threads", threads>;
def report : Eq<"report", "FILE.html", "Write a page: kernels, memory, sizes, times">;
def : Sp<"report", report>;
def kernels : Rare<"kernels", "KIND", "Contractions: onednn (default) or native (generated, no library)", output>;
def : Sp<"kernels", kernels>;
def precision : Rare<"precision", "TYPE", "What products and convolutions of f32 compute in: f32 (default) or bf16", output>;
def : Sp<"precision", precision>;
def pack : Rare<"pack", "WHEN", "Pack the library's weights: compile (default), or load (default with --cpu)", output>;
def : Sp<"pack", pack>;
def v : Flag<["-"], "v">, Group<common>, HelpText<"One line a phase with time and memory">;
def help_all : Flag<["--"], "help-all">, Group<common>, HelpText<"All options">;
def help : Flag<["--"], "help">, Group<common>, HelpText<"This text">, Flags<[HelpHidden]>;
def h : Flag<["-"], "h">, Alias<help>, Flags<[HelpHidden]>;
def version : Flag<["--"], "version">, Group<common>, HelpText<"Version">, Flags<[HelpHidden]>;

def profile : Rare<"profile", "FILE", "Times for --report, from lcompile-run --profile", output>;
def : Sp<"profile", profile>;
def embed_weights : Rare<"embed-weights", "BYTES", "Largest weights inside of the artefact (default 64 MiB)", output>;
def : Sp<"embed-weights", embed_weights>;
def python : Rare<"python", "PATH", "Python with torch, for --verify (default $LCOMPILE_PYTHON, else python3)", output>;
def : Sp<"python", python>;
def rtol : Rare<"rtol", "X", "Tolerance of --verify over the largest value (default by dtype)", output>;
def : Sp<"rtol", rtol>;

def loss : Rare<"loss", "NAME", "lcompile train: cross_entropy, mse, ... of the first output and an input target; or output", output>;
def : Sp<"loss", loss>;
def optimizer : Rare<"optimizer", "TEXT", "lcompile train: sgd, adam, adamw or lamb with its numbers: adamw,lr=1e-3 (or lr=input)", output>;
def : Sp<"optimizer", optimizer>;
def group : Rare<"group", "TEXT", "lcompile train, repeatable: numbers of some parameters: '*.bias,*norm*: weight_decay=0, lr=1e-4', or 'embed.*: frozen'; the first match counts", output>;
def : Sp<"group", group>;
def schedule : Rare<"schedule", "TEXT", "lcompile train: factors of the learning rates, one after the other: linear_warmup(100)+cosine(1000); constant(N), linear(N, end=X), step(N, gamma=X), exponential(X)", output>;
def : Sp<"schedule", schedule>;
def accumulate : Rare<"accumulate", "G", "lcompile train: a step takes G batches behind each other and adds up their gradients (default 1)", output>;
def : Sp<"accumulate", accumulate>;
def parameters : Rare<"parameters", "TYPE", "lcompile train: keep parameters in bf16 or f16 and update NAME.master in f32 (default: as the model has them)", output>;
def : Sp<"parameters", parameters>;
def loss_scale : Rare<"loss-scale", "S", "lcompile train: multiply the loss by S, or dynamic (65536 at first); a step with a gradient that is not finite updates nothing", output>;
def : Sp<"loss-scale", loss_scale>;
def seed : Rare<"seed", "N", "lcompile train: of the random numbers that dropout draws (default 0)", output>;
def : Sp<"seed", seed>;
def world : Rare<"world", "N", "lcompile train: ranks that run the step together (default 1)", output>;
def : Sp<"world", world>;
def zero : Rare<"zero", "STAGE", "lcompile train: what ranks hold parts of: 0 nothing (default), 1 optimizer states, 2 gradients, 3 parameters", output>;
def : Sp<"zero", zero>;
def memory_budget : Rare<"memory-budget", "SIZE", "lcompile train: most memory of a rank, 2GiB; chooses what --zero does not say", output>;
def : Sp<"memory-budget", memory_budget>;
def bucket : Rare<"bucket", "BYTES", "lcompile train: a collective of this size is large enough (default 1 MiB); 0: one a tensor, all: as few as possible", advanced>;
def : Sp<"bucket", bucket>;
def prefetch : Rare<"prefetch", "N", "lcompile train: parameters gathered ahead of their use with --zero=3 (default 1)", advanced>;
def : Sp<"prefetch", prefetch>;
def link_rate : Rare<"link-rate", "SIZE", "lcompile train: bytes a second between ranks that the schedule expects (default 1GB)", advanced>;
def : Sp<"link-rate", link_rate>;
def overlap : Rare<"overlap", "on|off", "lcompile train: kernels run while collectives do (default on)", advanced>;
def : Sp<"overlap", overlap>;
def gradients : Flag<["--"], "gradients">, Group<output>, Flags<[HelpHidden]>,
                HelpText<"Take gradients of the outputs as inputs grad_NAME, give those of inputs and parameters">;

def stop_after : Rare<"stop-after", "STAGE", "Stop after import, normalize, train, distribute, optimize, partition or lower", advanced>;
def : Sp<"stop-after", stop_after>;
def start_from : Rare<"start-from", "STAGE", "First stage to run on dumped IR", advanced>;
def : Sp<"start-from", start_from>;
def dump_phases : Rare<"dump-phases", "DIR", "Folder for the IR after each stage", advanced>;
def : Sp<"dump-phases", dump_phases>;
def list_ops : Flag<["--"], "list-ops">, Group<advanced>, Flags<[HelpHidden]>,
               HelpText<"Names of the operators that have an import rule">;

// For tests of what happens when the compiler fails: PHASE:KIND; no help on purpose.
def inject_fault : Joined<["--"], "inject-fault=">;
