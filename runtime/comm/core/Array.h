// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Growing memory without libstdc++, for plain data: zero-initialised memory is
// an empty container, and what holds it frees it.
#ifndef LCOMPILE_RUNTIME_COMM_CORE_ARRAY_H
#define LCOMPILE_RUNTIME_COMM_CORE_ARRAY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

namespace lcompile::rt::comm {

template <typename T> struct Array {
  T *data = nullptr;
  size_t size = 0, capacity = 0;

  T &operator[](size_t i) { return data[i]; }
  const T &operator[](size_t i) const { return data[i]; }
  T *begin() { return data; }
  T *end() { return data + size; }

  /// False when memory is out; the contents are then as before.
  bool reserve(size_t wanted) {
    if (wanted <= capacity)
      return true;
    size_t grown = capacity * 2 > wanted ? capacity * 2 : wanted;
    auto *moved = static_cast<T *>(realloc(data, grown * sizeof(T)));
    if (!moved)
      return false;
    data = moved;
    capacity = grown;
    return true;
  }
  bool push(const T &value) {
    T copy = value; // it may lie in this array
    if (size == capacity && !reserve(size < 8 ? 8 : size * 2))
      return false;
    data[size++] = copy;
    return true;
  }
  /// Removes one element, keeping the order of the others.
  void erase(size_t i) {
    memmove(data + i, data + i + 1, (--size - i) * sizeof(T));
  }
  void clear() { size = 0; }
  void release() {
    free(data);
    *this = {};
  }
};

/// First in, first out.
template <typename T> struct Queue {
  Array<T> items;
  size_t head = 0;

  bool empty() const { return head == items.size; }
  T &front() { return items[head]; }
  bool push(const T &value) {
    // Memory is reused before it grows.
    if (items.size == items.capacity && head) {
      items.size -= head;
      memmove(items.data, items.data + head, items.size * sizeof(T));
      head = 0;
    }
    return items.push(value);
  }
  void pop() {
    if (++head == items.size)
      head = items.size = 0;
  }
  void release() {
    items.release();
    head = 0;
  }
};

} // namespace lcompile::rt::comm

#endif // LCOMPILE_RUNTIME_COMM_CORE_ARRAY_H
