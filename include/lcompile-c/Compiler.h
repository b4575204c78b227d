/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Compiling models: the stable C API of liblcompile.
 *
 *   lc_compiler_t *c = lc_compiler_open();
 *   const char *options[] = {"--cpu=x86-64-v3"};
 *   if (lc_compiler_set_options(c, options, 1) != LC_OK ||
 *       lc_compiler_import_file(c, "model.pt2") != LC_OK ||
 *       lc_compiler_run(c) != LC_OK ||
 *       lc_compiler_write(c, "model.so", 0) != LC_OK)
 *     puts(lc_compiler_message(c));
 *   lc_compiler_close(c);
 *
 * A compiler object is one compilation: options, then a program, then the
 * stages, then any number of artefacts. Nothing is global: objects with
 * different options live side by side. The library carries its own LLVM with
 * hidden symbols, so that it can share a process with another one; it prints
 * nothing.
 *
 * Threads: one thread at a time per object; linking waits for its turn.
 * Results: calls give an lc_code_t; lc_compiler_message tells what is wrong, in
 * the words of the command line. After an error an object can only be asked or
 * closed. Strings are UTF-8 and, when handed out, valid until the next call on
 * the object.
 *
 * Changes:
 *   1.0  first version
 */
#ifndef LCOMPILE_C_COMPILER_H
#define LCOMPILE_C_COMPILER_H

#include "lcompile-c/Types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LC_COMPILER_API_MAJOR 1u
#define LC_COMPILER_API_MINOR 0u

typedef struct lc_compiler_s lc_compiler_t;

/* (major << 16) | minor of the library that answers. */
LC_API uint32_t lc_compiler_api_version(void);

/* "lcompile 0.1.0 (LLVM 22.1.8)". Static data. */
LC_API const char *lc_compiler_version(void);

/* The ATen operators that have a rule ("aten::add.Tensor"), sorted. Static
 * data; returns their number. */
LC_API size_t lc_compiler_operators(const char *const **names);

/* The command line of lcompile, which does print. `argv[0]` is the program.
 * Exit code: 0 good, 1 an error of the user's, 2 one of ours. */
LC_API int32_t lc_compiler_main(int32_t argc, char **argv);

/* NULL only when there is no memory. */
LC_API lc_compiler_t *lc_compiler_open(void);
LC_API void lc_compiler_close(lc_compiler_t *compiler);

/* Options as the command line takes them ("--threads=2"), without a model and
 * without -o; with --optimizer= those of lcompile train. At most once, before the import. LC_INVALID_ARGUMENT names the
 * option and the nearest that exists. */
LC_API int32_t lc_compiler_set_options(lc_compiler_t *compiler,
                                       const char *const *options,
                                       size_t n_options);

/* --- programs ----------------------------------------------------------- */

/* Reads a .pt2 or .pt file, or dumped IR (.mlir). LC_UNIMPLEMENTED: some
 * operators cannot be compiled; the message is the list of them all. */
LC_API int32_t lc_compiler_import_file(lc_compiler_t *compiler,
                                       const char *path);

/* A weight of a graph: `tensor.data` is dense and row-major and is read in
 * place. It must stay as it is until the object is closed. */
typedef struct lc_weight_s {
  const char *name; /* as the graph's signature calls it: "up.weight" */
  lc_tensor_t tensor;
} lc_weight_t;

/* Reads a graph in the form of torch.export's archives: the JSON text of
 * models/NAME.json (schema version 8). Parameters, buffers and constants of its
 * signature are taken from `weights`; those that are not there become inputs,
 * under their names. Codes as for files. */
LC_API int32_t lc_compiler_import_graph(lc_compiler_t *compiler,
                                        const char *name, const char *json,
                                        size_t json_size,
                                        const lc_weight_t *weights,
                                        size_t n_weights);

/* An operator at one place of the program that cannot be compiled. */
typedef struct lc_issue_s {
  size_t struct_size;
  const char *op;        /* "aten::svd" */
  const char *reason;    /* "no rule for this operator" */
  const char *arguments; /* for people: "self: tensor<4x3xf32>" */
  const char *node;      /* its name in the graph, or "" */
  const char *module;    /* "encoder.layer.3", or "" */
  const char *file;      /* where the model's source says it, or "" */
  uint32_t line;
} lc_issue_t;

/* After an import: how many operators there are, and how many cannot be
 * compiled. */
LC_API size_t lc_compiler_operator_count(const lc_compiler_t *compiler);
LC_API size_t lc_compiler_issue_count(const lc_compiler_t *compiler);
/* The issue with this index; `issue->struct_size` is set by the caller. */
LC_API void lc_compiler_issue(const lc_compiler_t *compiler, size_t index,
                              lc_issue_t *issue);

/* --- compiling ---------------------------------------------------------- */

/* Runs the stages that the options ask for. */
LC_API int32_t lc_compiler_run(lc_compiler_t *compiler);

/* The weights that lc_compiler_import_graph was given are left out of the
 * artefact: whoever opens an instance gives them (lc_instance_options_t). */
#define LC_COMPILER_LEAVE_GIVEN 1u

/* Writes the artefact: what the option --emit says, else what the ending of the
 * path does (.so, .o, none: an executable); beside it large weights and, for
 * shared objects and objects, a header. Files appear whole or not at all. */
LC_API int32_t lc_compiler_write(lc_compiler_t *compiler, const char *path,
                                 uint32_t flags);

/* The same without a file: the bytes of the artefact, valid until the next call
 * on the object. Weights are inside whatever their size. */
LC_API int32_t lc_compiler_emit(lc_compiler_t *compiler, uint32_t flags,
                                const void **data, size_t *size);

/* --- what it says ------------------------------------------------------- */

/* What is wrong after a call that did not give LC_OK, without a final newline;
 * "" otherwise. */
LC_API const char *lc_compiler_message(const lc_compiler_t *compiler);

/* All diagnostics of the passes so far (warnings too), one in a line. */
LC_API const char *lc_compiler_diagnostics(lc_compiler_t *compiler);

/* What a phase took. */
typedef struct lc_phase_s {
  size_t struct_size;
  const char *name;    /* "import", "optimize", "codegen" */
  double cpu_seconds;  /* of this process */
  uint64_t operations; /* in the program after it */
  double peak_mib;     /* memory of this process so far */
} lc_phase_t;

LC_API size_t lc_compiler_phase_count(const lc_compiler_t *compiler);
LC_API void lc_compiler_phase(const lc_compiler_t *compiler, size_t index,
                              lc_phase_t *phase);

/* The program as text in its present form: the lc dialect after the import, the
 * host program after lc_compiler_run. */
LC_API int32_t lc_compiler_text(lc_compiler_t *compiler, const char **text,
                                size_t *size);

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_C_COMPILER_H */
