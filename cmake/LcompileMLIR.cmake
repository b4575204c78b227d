# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# MLIR and LLVM, and thin wrappers for dialects, passes and libraries over them.
find_package(MLIR REQUIRED CONFIG)
find_package(LLD REQUIRED CONFIG HINTS ${LLVM_INSTALL_PREFIX}/lib/cmake/lld)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
set(LLVM_RUNTIME_OUTPUT_INTDIR ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set(LLVM_LIBRARY_OUTPUT_INTDIR ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
find_program(LLVM_TABLEGEN_EXE NAMES llvm-tblgen llvm-tblgen-22 HINTS ${LLVM_TOOLS_BINARY_DIR} REQUIRED)
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
separate_arguments(LCOMPILE_LLVM_DEFINITIONS NATIVE_COMMAND "${LLVM_DEFINITIONS}")
add_definitions(${LCOMPILE_LLVM_DEFINITIONS})

# Precompiled headers of MLIR, shared by all compiler libraries.
# Without time stamps inside, ccache can reuse what was compiled with it.
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
file(WRITE ${CMAKE_BINARY_DIR}/pch_anchor.cpp "")
add_library(lcompile-pch STATIC ${CMAKE_BINARY_DIR}/pch_anchor.cpp)
# The same flags as lcompile_library below.
target_compile_options(lcompile-pch PRIVATE -fno-exceptions)
set(CMAKE_PCH_INSTANTIATE_TEMPLATES ON)
target_precompile_headers(lcompile-pch PRIVATE
  <mlir/IR/Builders.h> <mlir/IR/BuiltinOps.h> <mlir/IR/BuiltinTypes.h>
  <mlir/IR/ImplicitLocOpBuilder.h> <mlir/IR/OpImplementation.h> <mlir/IR/PatternMatch.h>
  <mlir/IR/TypeUtilities.h> <mlir/Dialect/Arith/IR/Arith.h>
  <mlir/Dialect/Func/IR/FuncOps.h> <mlir/Dialect/SCF/IR/SCF.h>
  <mlir/Interfaces/InferTypeOpInterface.h> <mlir/Interfaces/SideEffectInterfaces.h>
  <mlir/Pass/Pass.h>)

# lcompile_library(NAME SOURCES... DEPENDS... LINK...): an object library of the compiler.
function(lcompile_library name)
  cmake_parse_arguments(A "NO_PCH" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  if(NOT A_NO_PCH)
    target_precompile_headers(${name} REUSE_FROM lcompile-pch)
  endif()
  target_link_libraries(${name} PUBLIC ${A_LINK})
  if(A_DEPENDS)
    add_dependencies(${name} ${A_DEPENDS})
  endif()
  set_property(GLOBAL APPEND PROPERTY LCOMPILE_LIBS ${name})
endfunction()
