# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Python and nanobind: those of the environment that builds a wheel, or of $LCOMPILE_ENV.
if(NOT SKBUILD AND DEFINED ENV{LCOMPILE_ENV})
  set(Python_ROOT_DIR $ENV{LCOMPILE_ENV})
  set(Python_FIND_STRATEGY LOCATION)
endif()
find_package(Python 3.9 COMPONENTS Interpreter Development.Module REQUIRED)
execute_process(COMMAND ${Python_EXECUTABLE} -m nanobind --cmake_dir
  OUTPUT_STRIP_TRAILING_WHITESPACE OUTPUT_VARIABLE nanobind_ROOT COMMAND_ERROR_IS_FATAL ANY)
find_package(nanobind CONFIG REQUIRED)
if(SKBUILD)
  # oneDNN lies where its package was installed: beside nanobind (PREFIX/lib/pythonX.Y/
  # site-packages/nanobind/cmake).
  get_filename_component(prefix ${nanobind_ROOT}/../../../../.. ABSOLUTE)
  list(APPEND CMAKE_PREFIX_PATH ${prefix})
endif()
