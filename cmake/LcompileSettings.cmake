# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Settings that every target of the project shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(LCOMPILE_CCACHE ccache)
if(LCOMPILE_CCACHE)
  # Precompiled headers: let ccache look at contents, not at times. Paths relative to the
  # checkout, so that a second checkout finds what the first one compiled.
  set(LCOMPILE_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${LCOMPILE_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${LCOMPILE_LAUNCHER})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LCOMPILE_LAUNCHER})
endif()

# Linking against MLIR takes gigabytes: one link at a time.
set_property(GLOBAL PROPERTY JOB_POOLS link=1)
set(CMAKE_JOB_POOL_LINK link)
add_link_options(-fuse-ld=lld)

# Includes name their room: "dialects/lc/IR/LcOps.h"; public headers are
# "lcompile-c/..." and "lcompile/...".
include_directories(${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/include
                    ${CMAKE_CURRENT_BINARY_DIR})

add_compile_options(-Wall -Wextra -Wno-unused-parameter)
