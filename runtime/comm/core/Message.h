// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What ranks say to each other beside the data itself.
#ifndef LCOMPILE_RUNTIME_COMM_CORE_MESSAGE_H
#define LCOMPILE_RUNTIME_COMM_CORE_MESSAGE_H

#include <stdint.h>

namespace lcompile::rt::comm {

enum class Control : uint32_t {
  Header = 1,     // data of a collective is on its way
  PairHeader = 2, // the same for SEND, whose receiver waits in a RECV
  Question = 3,   // where are you?
  Answer = 4,
  Abort = 5,    // I have failed: so have you
  Farewell = 6, // I am closing, in good order
};

/// Everything but data. A rank always has one receive of this size posted for
/// each peer, so the other side never waits for it. Little endian, like the
/// tensors: ranks run the same artefact.
struct ControlMessage {
  static constexpr uint32_t magicNumber = 0x314d434c; // "LCM1"
  uint32_t magic;
  Control type;
  uint64_t sequence; // how many collectives this rank has started before
  uint64_t ticket;   // Header: its ticket; Answer: where the rank is
  uint64_t digest;   // of the description
  uint64_t bytes;    // of its tensors, whole
  uint32_t dtype;
  int32_t code;   // Abort: lc_code_t
  char text[464]; // Header, Answer: the collective's name; Abort: the message
};
static_assert(sizeof(ControlMessage) == 512, "the same on all ranks");

/// Tags: control messages have tag 0. A data message's tag has the collective
/// (16 bits of the digest), which step of it, and its number, so that data of
/// another collective is never taken for this one's.
constexpr uint64_t controlTag = 0;
enum class Step : uint64_t { First = 1, Second = 2, Pair = 3 };
inline uint64_t dataTag(uint64_t digest, Step step, uint64_t sequence) {
  return digest << 48 | (sequence << 18 >> 16) | uint64_t(step);
}

} // namespace lcompile::rt::comm

#endif // LCOMPILE_RUNTIME_COMM_CORE_MESSAGE_H
