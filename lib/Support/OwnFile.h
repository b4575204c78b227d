// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the compiler lies: what it needs is beside it.
#ifndef LIB_SUPPORT_OWNFILE_H
#define LIB_SUPPORT_OWNFILE_H

#include <string>

namespace lcompile {

/// The real path of the program or the library that this code is in; "" when the
/// system does not tell.
std::string ownFile();

} // namespace lcompile

#endif // LIB_SUPPORT_OWNFILE_H
