// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Words that are C++'s alone: in a kernel they are names. Included again, it
// gives them back.
#ifndef LC_TPC_WORDS
#define LC_TPC_WORDS
#define catch lc_word_catch
#define class lc_word_class
#define concept lc_word_concept
#define const_cast lc_word_const_cast
#define delete lc_word_delete
#define dynamic_cast lc_word_dynamic_cast
#define explicit lc_word_explicit
#define export lc_word_export
#define friend lc_word_friend
#define mutable lc_word_mutable
#define namespace lc_word_namespace
#define new lc_word_new
#define noexcept lc_word_noexcept
#define operator lc_word_operator
#define private lc_word_private
#define protected lc_word_protected
#define public lc_word_public
#define reinterpret_cast lc_word_reinterpret_cast
#define requires lc_word_requires
#define static_cast lc_word_static_cast
#define template lc_word_template
#define this lc_word_this
#define throw lc_word_throw
#define try lc_word_try
#define typeid lc_word_typeid
#define typename lc_word_typename
#define using lc_word_using
#define virtual lc_word_virtual
#define char8_t lc_word_char8_t
#define wchar_t lc_word_wchar_t
#define restrict __restrict
#else
#undef LC_TPC_WORDS
#undef catch
#undef class
#undef concept
#undef const_cast
#undef delete
#undef dynamic_cast
#undef explicit
#undef export
#undef friend
#undef mutable
#undef namespace
#undef new
#undef noexcept
#undef operator
#undef private
#undef protected
#undef public
#undef reinterpret_cast
#undef requires
#undef static_cast
#undef template
#undef this
#undef throw
#undef try
#undef typeid
#undef typename
#undef using
#undef virtual
#undef char8_t
#undef wchar_t
#undef restrict
#endif
