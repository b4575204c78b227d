/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the generations of Gaudi are: one constant table, read by the compiler,
 * the simulator, the driver and the tools.
 *
 * Nothing else may know a generation: code asks the table. Where the vendor
 * states no figure the comment says "assumed" or "derived".
 */
#ifndef LCOMPILE_C_GAUDIPROFILE_H
#define LCOMPILE_C_GAUDIPROFILE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Element types, the bits of the vendor's TensorDataType. */
enum lc_gaudi_dtype_e {
  LC_GAUDI_I8 = 1 << 2,
  LC_GAUDI_U8 = 1 << 3,
  LC_GAUDI_F8_152 = 1 << 4,
  LC_GAUDI_F8_143 = 1 << 5,
  LC_GAUDI_I16 = 1 << 6,
  LC_GAUDI_U16 = 1 << 7,
  LC_GAUDI_BF16 = 1 << 8,
  LC_GAUDI_F16 = 1 << 9,
  LC_GAUDI_I32 = 1 << 10,
  LC_GAUDI_U32 = 1 << 11,
  LC_GAUDI_F32 = 1 << 12,
};

/* How the MME multiplies. */
typedef enum lc_gaudi_mme_type_e {
  LC_GAUDI_MME_BF16 = 0,
  LC_GAUDI_MME_F16 = 1,
  LC_GAUDI_MME_TF32 = 2,
  LC_GAUDI_MME_F32 = 3, /* fast, not IEEE */
  LC_GAUDI_MME_F32_IEEE = 4,
  LC_GAUDI_MME_F8 = 5,
  LC_GAUDI_MME_TYPES = 6,
} lc_gaudi_mme_type_t;

/* One way in which the engines stand together: the tile of the result that they
 * compute in a step. */
typedef struct lc_gaudi_geometry_s {
  const char *name;     /* NULL behind the last */
  uint32_t n, m;        /* columns and rows of the tile, elements */
  uint32_t serial_read; /* 1: reads A and B one after the other */
} lc_gaudi_geometry_t;

typedef struct lc_gaudi_profile_s {
  uint32_t struct_size;
  uint32_t generation; /* 1 to 3 */
  const char *name;    /* "gaudi2" */
  uint32_t glue_device_id, vendor_device_type;

  /* TPC */
  uint32_t tpc_cores, tpc_cores_per_group; /* a group: a dcore */
  uint32_t vector_bytes;
  uint32_t slm_bytes, vlm_bytes;
  uint32_t vlm_bytes_with_lut; /* as soon as a special function reads tables */
  uint32_t vector_registers, vector_predicates;
  uint32_t scalar_registers, scalar_predicates;
  uint32_t index_registers, address_registers;
  uint32_t instruction_cache_bytes, scalar_cache_lines;
  uint32_t dtypes; /* LC_GAUDI_* bits of its vectors */
  double tpc_ghz;

  /* MME */
  uint32_t mme_engines;
  uint32_t mme_rollup;                          /* cycles of a step, at least */
  uint32_t mme_k_alignment[LC_GAUDI_MME_TYPES]; /* elements; 0: has it not */
  double mme_ghz;
  lc_gaudi_geometry_t geometries[5];

  /* Memory */
  uint64_t sram_bytes, sram_mapped_bytes;
  uint32_t sram_is_cache, line_bytes; /* a line is the alignment of tensors */
  uint64_t hbm_bytes;
  double sram_gbps, hbm_gbps; /* 1e9 bytes a second; hbm: what is reached */
  uint32_t dma_engines, dma_transposes;

  /* Network */
  uint32_t ports_in_box, ports_out, port_gbits;

  /* Peaks for reports, 1e12 operations a second; 0: not stated */
  double mme_bf16_tflops, mme_f8_tflops, tpc_bf16_tflops;
} lc_gaudi_profile_t;

#define LC_GAUDI_DTYPES_1                                                      \
  (LC_GAUDI_F32 | LC_GAUDI_BF16 | LC_GAUDI_I32 | LC_GAUDI_U32 | LC_GAUDI_I16 | \
   LC_GAUDI_U16 | LC_GAUDI_I8 | LC_GAUDI_U8)
#define LC_GAUDI_DTYPES_2                                                      \
  (LC_GAUDI_DTYPES_1 | LC_GAUDI_F16 | LC_GAUDI_F8_152 | LC_GAUDI_F8_143)

static const lc_gaudi_profile_t lc_gaudi_profiles[] = {
    {.struct_size = sizeof(lc_gaudi_profile_t),
     .generation = 1,
     .name = "gaudi",
     .glue_device_id = 1,
     .vendor_device_type = 2,
     .tpc_cores = 8,
     .tpc_cores_per_group = 8,
     .vector_bytes = 256,
     .slm_bytes = 1024,
     .vlm_bytes = 81920,
     .vlm_bytes_with_lut = 16384,
     .vector_registers = 40,
     .vector_predicates = 16,
     .scalar_registers = 36,
     .scalar_predicates = 16,
     .index_registers = 32,
     .address_registers = 8,
     .instruction_cache_bytes = 65536,
     .scalar_cache_lines = 0,
     .dtypes = LC_GAUDI_DTYPES_1,
     .tpc_ghz = 1.9,
     .mme_engines = 2,
     .mme_rollup = 128,
     .mme_k_alignment = {8, 0, 4, 2, 1, 0}, /* assumed: as gaudi2 */
     .mme_ghz = 1.9,
     .geometries = {{"wide", 256, 64, 0},
                    {"square", 128, 128, 0},
                    {"tall", 64, 256, 0}}, /* derived */
     .sram_bytes = 24u << 20,
     .sram_mapped_bytes = 20u << 20,
     .sram_is_cache = 0,
     .line_bytes = 128,
     .hbm_bytes = 32ull << 30,
     .sram_gbps = 1045,
     .hbm_gbps = 950,
     .dma_engines = 6,
     .dma_transposes = 0,
     .ports_in_box = 7, /* assumed: the 10 are split so */
     .ports_out = 3,
     .port_gbits = 100,
     .mme_bf16_tflops = 60,
     .mme_f8_tflops = 0,
     .tpc_bf16_tflops = 3.9}, /* derived */
    {.struct_size = sizeof(lc_gaudi_profile_t),
     .generation = 2,
     .name = "gaudi2",
     .glue_device_id = 3,
     .vendor_device_type = 4,
     .tpc_cores = 24,
     .tpc_cores_per_group = 6,
     .vector_bytes = 256,
     .slm_bytes = 16384,
     .vlm_bytes = 81920,
     .vlm_bytes_with_lut = 16384,
     .vector_registers = 40,
     .vector_predicates = 16,
     .scalar_registers = 36,
     .scalar_predicates = 16,
     .index_registers = 32,
     .address_registers = 8,
     .instruction_cache_bytes = 65536,
     .scalar_cache_lines = 32,
     .dtypes = LC_GAUDI_DTYPES_2,
     .tpc_ghz = 1.65,
     .mme_engines = 2,
     .mme_rollup = 256,
     .mme_k_alignment = {8, 8, 4, 2, 1, 16},
     .mme_ghz = 1.65,
     .geometries = {{"4xw", 1024, 128, 1},
                    {"2xw", 512, 256, 0},
                    {"2xh", 256, 512, 0},
                    {"4xh", 128, 1024, 1}}, /* derived */
     .sram_bytes = 48u << 20,
     .sram_mapped_bytes = 48u << 20,
     .sram_is_cache = 0,
     .line_bytes = 128,
     .hbm_bytes = 96ull << 30,
     .sram_gbps = 6554,
     .hbm_gbps = 1945,
     .dma_engines = 5,
     .dma_transposes = 1,
     .ports_in_box = 21,
     .ports_out = 3,
     .port_gbits = 100,
     .mme_bf16_tflops = 432,
     .mme_f8_tflops = 865,
     .tpc_bf16_tflops = 10.5}, /* derived */
    {.struct_size = sizeof(lc_gaudi_profile_t),
     .generation = 3,
     .name = "gaudi3",
     .glue_device_id = 4,
     .vendor_device_type = 5,
     .tpc_cores = 64,
     .tpc_cores_per_group = 16,
     .vector_bytes = 256,
     .slm_bytes = 16384, /* local memories assumed: as gaudi2 */
     .vlm_bytes = 81920,
     .vlm_bytes_with_lut = 16384,
     .vector_registers = 40,
     .vector_predicates = 16,
     .scalar_registers = 64,
     .scalar_predicates = 16,
     .index_registers = 32,
     .address_registers = 8,
     .instruction_cache_bytes = 65536,
     .scalar_cache_lines = 32, /* assumed */
     .dtypes = LC_GAUDI_DTYPES_2,
     .tpc_ghz = 1.75, /* derived */
     .mme_engines = 8,
     .mme_rollup = 512,
     .mme_k_alignment = {8, 2, 2, 2, 1, 8}, /* f32: assumed */
     .mme_ghz = 1.6,
     .geometries = {{"8x1", 2048, 256, 0},
                    {"4x2", 1024, 512, 0},
                    {"2x4", 512, 1024, 0},
                    {"1x8", 256, 2048, 0}}, /* assumed */
     .sram_bytes = 96u << 20,
     .sram_mapped_bytes = 96u << 20,
     .sram_is_cache = 1,
     .line_bytes = 256,
     .hbm_bytes = 128ull << 30,
     .sram_gbps = 12800,
     .hbm_gbps = 2918,
     .dma_engines = 0, /* the MME transposes, TPCs copy */
     .dma_transposes = 0,
     .ports_in_box = 21,
     .ports_out = 3,
     .port_gbits = 200,
     .mme_bf16_tflops = 1835,
     .mme_f8_tflops = 1835,
     .tpc_bf16_tflops = 28.7}, /* derived */
};
#define LC_GAUDI_PROFILES                                                      \
  (sizeof(lc_gaudi_profiles) / sizeof(lc_gaudi_profiles[0]))

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_C_GAUDIPROFILE_H */
