// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The body of lc.philox. Words of 32 bits are kept in 64: products of two are
// exact there, and targets know that the upper halves are zero.
#include "dialects/lc/IR/BodyBuilder.h"
#include "dialects/lc/IR/LcOps.h"

using namespace mlir;
using namespace lcompile::lc;

namespace {
struct Words {
  BodyBuilder &body;

  Value low(Value v) {
    return body.make<arith::AndIOp>(v, body.number(0xffffffff, v));
  }
  Value high(Value v) {
    return body.make<arith::ShRUIOp>(v, body.number(32, v));
  }
  Value mix(Value x, Value y, Value z) {
    return body.make<arith::XOrIOp>(body.make<arith::XOrIOp>(x, y), z);
  }
  Value times(Value v, uint32_t factor) {
    return body.mul(v, body.number(factor, v));
  }
  Value next(Value key, uint32_t step) {
    return low(body.add(key, body.number(step, key)));
  }
};
} // namespace

Value PhiloxOp::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {
  constexpr unsigned rounds = 10;
  BodyBuilder body(b);
  Words w{body};
  Value c[] = {w.low(args[0]), w.high(args[0]), w.low(args[1]),
               w.high(args[1])};
  Value k[] = {w.low(args[2]), w.high(args[2])};
  for (unsigned round = 0; round < rounds; ++round) {
    Value p = w.times(c[0], 0xD2511F53), q = w.times(c[2], 0xCD9E8D57);
    Value mixed[] = {w.mix(w.high(q), c[1], k[0]), w.low(q),
                     w.mix(w.high(p), c[3], k[1]), w.low(p)};
    std::copy(std::begin(mixed), std::end(mixed), std::begin(c));
    k[0] = w.next(k[0], 0x9E3779B9);
    k[1] = w.next(k[1], 0xBB67AE85);
  }
  auto withElement = [&](Type element) -> Type {
    auto vector = dyn_cast<ShapedType>(args[0].getType());
    return vector ? Type(vector.clone(element)) : element;
  };
  // 24 bits, which f32 holds exactly.
  Value bits = body.make<arith::ShRUIOp>(c[0], body.number(8, c[0]));
  bits = body.make<arith::TruncIOp>(withElement(b.getI32Type()), bits);
  Value number = body.make<arith::SIToFPOp>(withElement(b.getF32Type()), bits);
  return body.mul(number, body.number(0x1p-24, number));
}
