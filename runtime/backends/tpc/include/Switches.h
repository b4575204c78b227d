// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The switches of intrinsics, their old enum names, and the macros that a
// kernel finds defined.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_SWITCHES_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_SWITCHES_H

#include "Types.h"

#ifndef LC_TPC_GENERATION
#define LC_TPC_GENERATION 2
#endif

#define __TPC__ 1
#define __gaudi_plus__ 1
#if LC_TPC_GENERATION == 1
#define __gaudi__ 1
#elif LC_TPC_GENERATION == 2
#define __gaudi2__ 1
#elif LC_TPC_GENERATION == 3
#define __gaudi3__ 1
#else
#error "LC_TPC_GENERATION is 1, 2 or 3: gaudi, gaudi2, gaudi3"
#endif
#if LC_TPC_GENERATION >= 2
#define __greco_plus__ 1
#define __gaudi2_plus__ 1
#endif
#if LC_TPC_GENERATION >= 3
#define __gaudi3_plus__ 1
#endif
#define MAX_TENSORS 16
#define MAX_VLM 81920
#if LC_TPC_GENERATION == 1
#define MAX_SLM 1024
#else
#define MAX_SLM 16384
#endif

// Local memory of a thread that runs a kernel. LC_TPC_LOCAL_PLAIN serves
// kernels that also write __local__ before a pointer's target, where a storage
// class cannot stand: their variables are shared, and Entry.h runs one box at
// a time.
#if defined(LC_TPC_LOCAL_PLAIN)
#define __local__
#elif defined(LC_TPC_DECLARED_ONLY)
#define __local__ static
#else
#define __local__ static thread_local
#endif
#define __global__
#define __local __local__
#define __global __global__

// Rounding of conversions.
#define SW_RHNE (0 << 16)
#define SW_RZ (1 << 16)
#define SW_RU (2 << 16)
#define SW_RD (3 << 16)
#define SW_SR (4 << 16)
#define SW_CSR (5 << 16)
#define SW_RHAZ (6 << 16)
#define SW_SR_RNE (7 << 16)
#define SW_CLIP_FP (1 << 20)
#define SW_LINEAR (1 << 24)
// Arithmetic.
#define SW_NO_SAT 0
#define SW_SAT (1 << 0)
#define SW_NO_NEG 0
#define SW_NEG (1 << 1)
#define SW_RHU (1 << 1)
#define SW_LOWER32 0
#define SW_UPPER32 (1 << 2)
#define SW_COUNT_ONES 0
#define SW_COUNT_ZEROS (1 << 0)
#define SW_FIND_ONE 0
#define SW_FIND_ZERO (1 << 0)
#define SW_LSB 0
#define SW_MSB (1 << 1)
// Lane moves.
#define SW_GROUP_0 (0 << 8)
#define SW_GROUP_1 (1 << 8)
#define SW_STRIDE_2 (0 << 9)
#define SW_STRIDE_4 (1 << 9)
#define SW_GROUP_HALF_0 (0 << 10)
#define SW_GROUP_HALF_1 (1 << 10)
#define SW_WR_LOWER_GROUP (1 << 12)
#define SW_WR_UPPER_GROUP (1 << 13)
#define MkWr(lo, hi)                                                           \
  (((lo) ? SW_WR_LOWER_GROUP : 0) | ((hi) ? SW_WR_UPPER_GROUP : 0))
#define MkWrA(g0, g1, g2, g3)                                                  \
  ((((g0) & 3) << 16) | (((g1) & 3) << 18) | (((g2) & 3) << 20) |              \
   (((g3) & 3) << 22))
#define SW_GROUP0_EN (1 << 0)
#define SW_GROUP1_EN (1 << 1)
#define SW_DUAL_GROUP0_EN (1 << 2)
#define SW_DUAL_GROUP1_EN (1 << 3)
#define SW_DUAL_GROUP2_EN (1 << 4)
#define SW_DUAL_GROUP3_EN (1 << 5)
// Parts of floats.
#define SW_BIASED (1 << 0)
#define SW_ADD_BIAS (1 << 8)
#define SW_FORCE_SIGN0 (1 << 9)
#define SW_FORCE_SIGN1 (1 << 10)
#define SW_EXP_IS_NUM (1 << 11)
#define SW_SIGN_LSB (1 << 12)
#define SW_RECIP 0
#define SW_RSQRT 1
#define SW_SQRT 2
#define SW_LOG 3
#define SW_EXP 4
#define SW_TANH 5
#define SW_DIV 6
#define SW_POW 7
// Look-ups.
#define SW_LUT_TANH (1 << 13)
#define SW_LUT_SQRT_RSQRT (2 << 13)
#define SW_LUT_SIN_COS (3 << 13)
#define SW_LUT_LOG (4 << 13)
#define SW_LUT_PTR (1 << 3)
// Memory.
#define SW_UNPACK (1 << 4)
#define SW_UNPACK_16_TO_32 (0 << 1)
#define SW_UNPACK_8_TO_32 (1 << 1)
#define SW_UNPACK_8_TO_16 (2 << 1)
#define SW_UNPACK_4_TO_8 (3 << 1)
#define SW_PACK (1 << 2)
#define SW_PACK_32_TO_16 (0 << 4)
#define SW_PACK_32_TO_8 (1 << 4)
#define SW_PACK_16_TO_8 (2 << 4)
#define SW_PACK_8_TO_4 (3 << 4)
#define SW_MMIO (1 << 0)
#define SW_INC (0 << 8)
#define SW_DEC (1 << 8)
#define SW_SPU (0 << 9)
#define SW_VPU (1 << 9)
// Reduce-store.
#define RMW_DT_INT8 0
#define RMW_DT_INT16 1
#define RMW_DT_INT32 2
#define RMW_DT_UINT8 3
#define RMW_DT_UINT16 4
#define RMW_DT_UINT32 5
#define RMW_DT_BF16 6
#define RMW_DT_FP32 7
#define RMW_DT_FP16 8
#define RMW_OP_ADD 0
#define RMW_OP_SUB 1
#define RMW_OP_MIN 2
#define RMW_OP_MAX 3
#define RMW_OP_MAX_0_ADD 4
#define RMW_SRF_DESC 0
#define RMW_TNSR_DESC 1
#if LC_TPC_GENERATION == 1
#define LC_TPC_RMW_BIT 6
#else
#define LC_TPC_RMW_BIT 8
#endif
#define MkRMW(dt, op, rmw, dl)                                                 \
  ((dt) | ((op) << 4) | ((dl) << 7) | ((rmw) << LC_TPC_RMW_BIT))

// Old names of values that stand shifted in a switch.
#define LC_TPC_OPTION(name, value, shift)                                      \
  static constexpr lc_tpc::option name = {value, shift};
LC_TPC_OPTION(e_round_half_ne, 0, 16)
LC_TPC_OPTION(e_round_zero, 1, 16)
LC_TPC_OPTION(e_round_to_zero, 1, 16)
LC_TPC_OPTION(e_round_up, 2, 16)
LC_TPC_OPTION(e_round_down, 3, 16)
LC_TPC_OPTION(e_round_stochastic, 4, 16)
LC_TPC_OPTION(e_round_csr, 5, 16)
LC_TPC_OPTION(e_round_half_az, 6, 16)
LC_TPC_OPTION(e_round_stochastic_rne, 7, 16)
LC_TPC_OPTION(e_no_clip, 0, 20)
LC_TPC_OPTION(e_clip, 1, 20)
LC_TPC_OPTION(e_no_saturation, 0, 0)
LC_TPC_OPTION(e_saturation, 1, 0)
LC_TPC_OPTION(e_with_saturation, 1, 0)
LC_TPC_OPTION(e_no_negation, 0, 1)
LC_TPC_OPTION(e_negation, 1, 1)
LC_TPC_OPTION(e_with_negation, 1, 1)
LC_TPC_OPTION(e_lower_32, 0, 2)
LC_TPC_OPTION(e_upper_32, 1, 2)
LC_TPC_OPTION(e_group_0, 0, 8)
LC_TPC_OPTION(e_group_1, 1, 8)
LC_TPC_OPTION(e_every_second_element, 0, 9)
LC_TPC_OPTION(e_every_fourth_element, 1, 9)
LC_TPC_OPTION(e_every_forth_element, 1, 9)
LC_TPC_OPTION(e_lower_half_group, 0, 10)
LC_TPC_OPTION(e_higher_half_group, 1, 10)
LC_TPC_OPTION(e_upper_half_group, 1, 10)
LC_TPC_OPTION(e_unbiased, 0, 0)
LC_TPC_OPTION(e_biased, 1, 0)
LC_TPC_OPTION(e_no_add_bias, 0, 8)
LC_TPC_OPTION(e_add_bias, 1, 8)
LC_TPC_OPTION(e_force_sign_0, 1, 9)
LC_TPC_OPTION(e_force_sign_1, 1, 10)
LC_TPC_OPTION(e_exp_is_num, 1, 11)
LC_TPC_OPTION(e_sign_lsb, 1, 12)
LC_TPC_OPTION(e_func_variant_default, 0, 13)
LC_TPC_OPTION(e_func_variant_tanh, 1, 13)
LC_TPC_OPTION(e_func_variant_sqrt_rsqrt, 2, 13)
LC_TPC_OPTION(e_func_variant_sin_cos, 3, 13)
LC_TPC_OPTION(e_func_variant_log, 4, 13)
LC_TPC_OPTION(e_count_ones, 0, 0)
LC_TPC_OPTION(e_count_zeros, 1, 0)
LC_TPC_OPTION(e_find_one, 0, 0)
LC_TPC_OPTION(e_find_zero, 1, 0)
LC_TPC_OPTION(e_lsb, 0, 1)
LC_TPC_OPTION(e_msb, 1, 1)
#undef LC_TPC_OPTION

// Old names of plain values.
enum {
  e_fp_recip = 0,
  e_fp_rsqrt = 1,
  e_fp_sqrt = 2,
  e_fp_log = 3,
  e_fp_exp = 4,
  e_fp_tanh = 5,
  e_fp_div = 6,
  e_fp_pow = 7
};
enum {
  e_rmw_int8 = 0,
  e_rmw_int16 = 1,
  e_rmw_int32 = 2,
  e_rmw_uint8 = 3,
  e_rmw_uint16 = 4,
  e_rmw_uint32 = 5,
  e_rmw_bf16 = 6,
  e_rmw_fp32 = 7,
  e_rmw_fp16 = 8
};
enum {
  e_rmw_add = 0,
  e_rmw_sub = 1,
  e_rmw_min = 2,
  e_rmw_max = 3,
  e_rmw_max_0_add = 4
};
enum { e_rmw_plain = 0, e_rmw_atomic = 1 };
enum { e_tnsr_dt_srf = 0, e_tnsr_dt_desc = 1 };
enum {
  e_fp32_tanh = 0,
  e_fp32_rsqrt = 1,
  e_fp32_log2 = 2,
  e_fp32_sqrt = 128,
  e_fp32_rcp = 129,
  e_fp32_sin_cos = 130,
  e_fp32_pow2 = 256
};
enum {
  e_class_minus_inf = 1 << 0,
  e_class_minus_normal = 1 << 1,
  e_class_minus_denormal = 1 << 2,
  e_class_minus_zero = 1 << 3,
  e_class_plus_zero = 1 << 4,
  e_class_plus_denormal = 1 << 5,
  e_class_plus_normal = 1 << 6,
  e_class_plus_inf = 1 << 7,
  e_class_snan = 1 << 8,
  e_class_qnan = 1 << 9
};

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_SWITCHES_H
