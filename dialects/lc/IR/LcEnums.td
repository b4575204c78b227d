// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Enumerations of lc operations' attributes.
#ifndef DIALECTS_LC_IR_LCENUMS_TD
#define DIALECTS_LC_IR_LCENUMS_TD

include "dialects/lc/IR/LcDialect.td"

def Lc_CompareKind : I32EnumAttr<"CompareKind", "kind of a comparison", [
    I32EnumAttrCase<"eq", 0>, I32EnumAttrCase<"ne", 1>, I32EnumAttrCase<"lt", 2>,
    I32EnumAttrCase<"le", 3>, I32EnumAttrCase<"gt", 4>, I32EnumAttrCase<"ge", 5>]> {
  let cppNamespace = "::lcompile::lc";
  let genSpecializedAttr = 0;
}
def Lc_CompareKindAttr : EnumAttr<Lc_Dialect, Lc_CompareKind, "compare_kind">;

def Lc_PadMode : I32EnumAttr<"PadMode", "what padding holds", [
    I32EnumAttrCase<"constant", 0>, I32EnumAttrCase<"reflect", 1>,
    I32EnumAttrCase<"replicate", 2>, I32EnumAttrCase<"circular", 3>]> {
  let cppNamespace = "::lcompile::lc";
  let genSpecializedAttr = 0;
}
def Lc_PadModeAttr : EnumAttr<Lc_Dialect, Lc_PadMode, "pad_mode">;

def Lc_ResizeMode : I32EnumAttr<"ResizeMode", "interpolation", [
    I32EnumAttrCase<"nearest", 0>, I32EnumAttrCase<"linear", 1>]> {
  let cppNamespace = "::lcompile::lc";
  let genSpecializedAttr = 0;
}
def Lc_ResizeModeAttr : EnumAttr<Lc_Dialect, Lc_ResizeMode, "resize_mode">;

def Lc_ScatterKind : I32EnumAttr<"ScatterKind", "what becomes of an element that is written", [
    I32EnumAttrCase<"replace", 0>, I32EnumAttrCase<"add", 1>, I32EnumAttrCase<"mul", 2>,
    I32EnumAttrCase<"maximum", 3>, I32EnumAttrCase<"minimum", 4>]> {
  let cppNamespace = "::lcompile::lc";
  let genSpecializedAttr = 0;
}
def Lc_ScatterKindAttr : EnumAttr<Lc_Dialect, Lc_ScatterKind, "scatter_kind">;

#endif // DIALECTS_LC_IR_LCENUMS_TD
