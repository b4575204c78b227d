// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conformance: devices, buffers, copies, events.
#include "runtime/cts/Cts.h"
#include "runtime/cts/Unsupported.h"

#include <set>
#include <thread>
#include <unistd.h>

using namespace lcompile::cts;

static auto backends() {
  uint32_t count;
  const lc_backend_t *const *list = lc_backends(&count);
  std::vector<const char *> names;
  for (uint32_t i = 0; i < count; ++i)
    names.push_back(list[i]->name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Backends, Cts, ::testing::ValuesIn(backends()),
                         [](const auto &info) {
                           return std::string(info.param);
                         });

TEST(Backends, UnsupportedNamesExistingBackendsAndTests) {
  std::set<std::string> tests;
  auto *unit = ::testing::UnitTest::GetInstance();
  for (int s = 0; s < unit->total_test_suite_count(); ++s)
    for (int t = 0; t < unit->GetTestSuite(s)->total_test_count(); ++t)
      tests.insert(unit->GetTestSuite(s)->GetTestInfo(t)->name());
  for (const Unsupported &entry : unsupported)
    EXPECT_TRUE(tests.count(std::string(entry.test) + "/" + entry.backend))
        << entry.backend << " " << entry.test;
}

TEST(Backends, RefusesUnknown) {
  EXPECT_EQ(lc_backend_find("nothing"), nullptr);
  lc_device_t *device;
  EXPECT_EQ(text(lc_backend_find("cpu")->open(7, &device)),
            "1: there is one cpu device: 0");
}

TEST_P(Cts, DeviceDescribesItself) {
  lc_device_info_t info = {};
  info.struct_size = sizeof info;
  device->vtable->info(device, &info);
  EXPECT_STREQ(info.name, GetParam());
  EXPECT_TRUE(info.description && *info.description);
  EXPECT_GE(info.threads, 1u);
  // An older caller knows fewer fields.
  lc_device_info_t old = {};
  old.struct_size = offsetof(lc_device_info_t, memory_bytes);
  device->vtable->info(device, &old);
  EXPECT_EQ(old.threads, 0u);
}

TEST_P(Cts, BuffersHaveTheirSize) {
  for (uint64_t size : {0, 1, 63, 64, 4096, 1 << 20}) {
    lc_buffer_t *buffer = allocate(size);
    EXPECT_EQ(buffer->size, size);
    EXPECT_EQ(buffer->kind, uint32_t(LC_MEMORY_DEVICE));
    buffer->vtable->destroy(buffer);
  }
}

TEST_P(Cts, TooMuchMemoryIsRefused) {
  lc_buffer_t *buffer;
  std::string message = text(device->vtable->allocate(
      device, LC_MEMORY_DEVICE, uint64_t(1) << 60, &buffer));
  EXPECT_EQ(message.substr(0, 2), "3:") << message;
}

TEST_P(Cts, MappedBytesStay) {
  lc_buffer_t *buffer = allocate(100, LC_MEMORY_HOST);
  void *data;
  ASSERT_EQ(text(buffer->vtable->map(buffer, 10, 20, &data)), "");
  memset(data, 7, 20);
  buffer->vtable->unmap(buffer);
  ASSERT_EQ(text(buffer->vtable->map(buffer, 29, 1, &data)), "");
  EXPECT_EQ(*static_cast<uint8_t *>(data), 7);
  buffer->vtable->unmap(buffer);
  EXPECT_EQ(text(buffer->vtable->map(buffer, 90, 11, &data)),
            "1: map: expected 11 bytes from 90 on, found a buffer of 100");
  EXPECT_EQ(text(buffer->vtable->map(buffer, ~0ull, 2, &data)).substr(0, 2),
            "1:");
  buffer->vtable->destroy(buffer);
}

TEST_P(Cts, FillAndCopyMoveBytes) {
  lc_buffer_t *a = allocate(64), *b = allocate(64);
  EXPECT_EQ(text(stream->vtable->fill(stream, a, 0, 64, 1)), "");
  EXPECT_EQ(text(stream->vtable->fill(stream, a, 8, 8, 2)), "");
  EXPECT_EQ(text(stream->vtable->fill(stream, b, 0, 64, 3)), "");
  EXPECT_EQ(text(stream->vtable->copy(stream, a, 7, b, 1, 3)), "");
  uint8_t bytes[64];
  read(b, bytes, 64);
  EXPECT_EQ(bytes[0], 3);
  EXPECT_EQ(bytes[1], 1);
  EXPECT_EQ(bytes[2], 2);
  EXPECT_EQ(bytes[3], 2);
  EXPECT_EQ(bytes[4], 3);
  a->vtable->destroy(a);
  b->vtable->destroy(b);
}

TEST_P(Cts, CommandsOutsideBuffersAreRefused) {
  lc_buffer_t *a = allocate(64), *b = allocate(32);
  EXPECT_EQ(text(stream->vtable->fill(stream, a, 60, 5, 1)),
            "1: fill: expected 5 bytes from 60 on, found a buffer of 64");
  EXPECT_EQ(text(stream->vtable->copy(stream, a, 64, b, 0, 1)),
            "1: copy from: expected 1 bytes from 64 on, found a buffer of 64");
  EXPECT_EQ(text(stream->vtable->copy(stream, a, 0, b, 1, 32)),
            "1: copy to: expected 32 bytes from 1 on, found a buffer of 32");
  EXPECT_EQ(text(stream->vtable->copy(stream, a, 64, b, 32, 0)), "");
  a->vtable->destroy(a);
  b->vtable->destroy(b);
}

TEST_P(Cts, EventsAreSignalledInOrder) {
  lc_event_t *event;
  ASSERT_EQ(text(device->vtable->create_event(device, &event)), "");
  EXPECT_EQ(event->vtable->query(event), 0);
  EXPECT_EQ(text(event->vtable->wait(event, 1000000)),
            "4: the event was not signalled in time");
  EXPECT_EQ(text(stream->vtable->record(stream, event)), "");
  EXPECT_EQ(text(stream->vtable->synchronize(stream)), "");
  EXPECT_EQ(event->vtable->query(event), 1);
  EXPECT_EQ(text(event->vtable->wait(event, -1)), "");
  EXPECT_EQ(text(stream->vtable->wait(stream, event)), "");
  event->vtable->destroy(event);
}

TEST_P(Cts, StreamsWaitForEvents) {
  lc_event_t *event;
  ASSERT_EQ(text(device->vtable->create_event(device, &event)), "");
  lc_buffer_t *buffer = allocate(4);
  uint8_t one[4] = {1, 1, 1, 1}, two[4] = {2, 2, 2, 2}, found[4];
  write(buffer, one, 4);
  std::thread other([&] {
    lc_stream_t *second;
    ASSERT_EQ(text(device->vtable->create_stream(device, &second)), "");
    usleep(20000);
    EXPECT_EQ(text(second->vtable->fill(second, buffer, 0, 4, 2)), "");
    EXPECT_EQ(text(second->vtable->record(second, event)), "");
    EXPECT_EQ(text(second->vtable->synchronize(second)), "");
    second->vtable->destroy(second);
  });
  EXPECT_EQ(text(stream->vtable->wait(stream, event)), "");
  read(buffer, found, 4);
  EXPECT_EQ(memcmp(found, two, 4), 0);
  other.join();
  buffer->vtable->destroy(buffer);
  event->vtable->destroy(event);
}
