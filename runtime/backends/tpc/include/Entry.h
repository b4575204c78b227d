// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is included after a kernel's text, whose main is called lc_tpc_main:
// the functions that KernelAbi.h promises.
#include "Words.h"

namespace lc_tpc {

template <class T> constexpr char scalar_code = 0;
template <> constexpr char scalar_code<int> = 'i';
template <> constexpr char scalar_code<long> = 'i';
template <> constexpr char scalar_code<unsigned> = 'u';
template <> constexpr char scalar_code<unsigned long> = 'u';
template <> constexpr char scalar_code<float> = 'f';
template <> constexpr char scalar_code<char> = 'c';
template <> constexpr char scalar_code<signed char> = 'c';
template <> constexpr char scalar_code<unsigned char> = 'c';
template <> constexpr char scalar_code<bool> = 'c';
template <> constexpr char scalar_code<short> = 's';
template <> constexpr char scalar_code<unsigned short> = 's';
template <> constexpr char scalar_code<bf16> = 'b';
template <> constexpr char scalar_code<half> = 'h';
template <> constexpr char scalar_code<minifloat> = 'c';
template <> constexpr char scalar_code<minihalf> = 'c';

template <class... A> struct entry {
  static constexpr bool is_tensor[] = {same<A, tensor>..., false};
  static constexpr unsigned count = sizeof...(A);

  // The number of an argument among the tensors, or among the scalars.
  static constexpr unsigned rank(unsigned argument) {
    unsigned n = 0;
    for (unsigned i = 0; i < argument; ++i)
      n += is_tensor[i] == is_tensor[argument];
    return n;
  }
  static constexpr unsigned tensors() {
    unsigned n = 0;
    for (unsigned i = 0; i < count; ++i)
      n += is_tensor[i];
    return n;
  }
  template <class T> static T argument(unsigned i, const unsigned *scalars) {
    if constexpr (same<T, tensor>)
      return tensor(rank(i));
    static_assert(same<T, tensor> || scalar_code<T> != 0,
                  "an entry takes tensors and scalars");
    T x = {};
    if constexpr (!same<T, tensor>)
      __builtin_memcpy(&x, scalars + rank(i), sizeof x < 4 ? sizeof x : 4);
    return x;
  }
  template <unsigned... I> struct numbers {};
  template <unsigned... I>
  static void call(void (*f)(A...), const unsigned *scalars, numbers<I...>) {
    f(argument<A>(I, scalars)...);
  }
  static void call(void (*f)(A...), const unsigned *scalars) {
    call(f, scalars, typename list<count>::type());
  }
  template <unsigned N> struct list {
    template <class, unsigned... I> struct of_sequence {
      typedef numbers<I...> type;
    };
    typedef typename __make_integer_seq<of_sequence, unsigned, N>::type type;
  };
  static void describe(lc_tpc_kernel_t &k) {
    static_assert(tensors() <= LC_TPC_MAX_TENSORS,
                  "a kernel has at most 16 tensors");
    static_assert(count - tensors() <= LC_TPC_MAX_SCALARS,
                  "a kernel has at most 32 scalars");
    constexpr char codes[] = {scalar_code<A>..., 0};
    k.n_tensors = tensors();
    k.n_scalars = count - tensors();
    for (unsigned i = 0; i < count; ++i)
      if (!is_tensor[i])
        k.scalar_types[rank(i)] = codes[i];
  }
};
template <class... A> static entry<A...> entry_of(void (*)(A...)) { return {}; }

// Subnormals are zero, in and out (FTZ, DAZ); all exceptions masked.
constexpr unsigned control = 0x9FC0;

static void run(const lc_tpc_launch_t *launch) {
#ifdef LC_TPC_LOCAL_PLAIN
  static int busy;
  while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE))
    __builtin_ia32_pause();
#endif
  unsigned before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(control);
  here.launch = launch;
  here.csr_rounding = 0;
  here.recent = -1;
  here.user_table = nullptr;
  unsigned from = 0;
  for (int d = 0; d < LC_TPC_MAX_RANK; ++d)
    from = (from ^ (unsigned)launch->offset[d]) * 0x01000193u;
  seed(from);
  decltype(entry_of(lc_tpc_main))::call(lc_tpc_main, launch->scalars);
  __builtin_ia32_ldmxcsr(before);
#ifdef LC_TPC_LOCAL_PLAIN
  __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
#endif
}

} // namespace lc_tpc

extern "C" __attribute__((visibility("default"))) void
lc_tpc_run(const lc_tpc_launch_t *launch) {
  lc_tpc::run(launch);
}

extern "C" __attribute__((visibility("default"))) const lc_tpc_kernel_t *
lc_tpc_kernel_query() {
  static lc_tpc_kernel_t kernel;
  kernel.struct_size = sizeof kernel;
  decltype(lc_tpc::entry_of(lc_tpc_main))::describe(kernel);
  kernel.run = lc_tpc_run;
  return &kernel;
}
