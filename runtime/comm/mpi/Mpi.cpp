// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages by MPI: point to point only. MPI's own reductions are never used:
// their bits depend on the library, the world and the size.
#include "lcompile-c/Transport.h"
#include "runtime/base/Error.h"
#include "runtime/base/Platform.h"
#include "runtime/comm/core/Array.h"
#include "runtime/comm/core/Message.h"

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <dlfcn.h>
#include <time.h>

struct lc_request_s {
  lc_request_s *next; // unused ones
  MPI_Request request;
  bool receive;
};

namespace lcompile::rt::comm {
namespace {

struct Transport : lc_transport_s {
  MPI_Comm communicator;
  uint32_t tagMask;
  bool initialised; // by us: then we finalise
  bool failed;
  lc_request_s *unused;
  Array<int> lengths;
  Array<MPI_Aint> addresses;
};

Transport &unwrap(lc_transport_t *transport) {
  return *static_cast<Transport *>(transport);
}

int32_t failMpi(Error error, const char *what, int result) {
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0, kind = MPI_ERR_OTHER;
  MPI_Error_string(result, text, &length);
  MPI_Error_class(result, &kind);
  return fail(error,
              kind == MPI_ERR_TRUNCATE ? LC_INCOMPATIBLE : LC_UNAVAILABLE,
              "%s: %s", what, text);
}

/// Our tags have 64 bits, MPI's at least 15. Tags of 4096 collectives in a row
/// stay different: the digest is above their number.
int mpiTag(const Transport &self, uint64_t tag) {
  uint64_t number = tag & ((uint64_t(1) << 48) - 1), digest = tag >> 48;
  return int((number ^ digest << 14) & self.tagMask);
}

/// The memory of a message as one MPI type, in pieces whose length MPI can say.
int32_t makeType(Transport &self, const lc_segment_t *segments, uint64_t count,
                 MPI_Datatype &type, Error error) {
  constexpr uint64_t largest = uint64_t(1) << 30;
  self.lengths.clear();
  self.addresses.clear();
  for (uint64_t i = 0; i < count; ++i) {
    MPI_Aint address;
    MPI_Get_address(segments[i].data, &address);
    for (uint64_t left = segments[i].size; left;) {
      uint64_t piece = left < largest ? left : largest;
      if (!self.lengths.push(int(piece)) || !self.addresses.push(address))
        return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
      address += MPI_Aint(piece);
      left -= piece;
    }
  }
  int result =
      MPI_Type_create_hindexed(int(self.lengths.size), self.lengths.data,
                               self.addresses.data, MPI_BYTE, &type);
  if (result == MPI_SUCCESS)
    result = MPI_Type_commit(&type);
  return result == MPI_SUCCESS ? int32_t(LC_OK)
                               : failMpi(error, "MPI_Type_commit", result);
}

int32_t post(Transport &self, bool receive, uint32_t peer, uint64_t tag,
             const lc_segment_t *segments, uint64_t count,
             lc_request_t **result, Error error) {
  lc_request_s *request = self.unused;
  if (request)
    self.unused = request->next;
  else
    request = static_cast<lc_request_s *>(malloc(sizeof *request));
  if (!request)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  request->receive = receive;
  void *data = MPI_BOTTOM;
  int n = 1, to = int(peer), at = mpiTag(self, tag);
  MPI_Datatype type = MPI_BYTE;
  bool plain = count == 1 && segments[0].size <= INT32_MAX;
  if (plain)
    data = segments[0].data, n = int(segments[0].size);
  else if (int32_t code = makeType(self, segments, count, type, error))
    return code;
  int done = receive ? MPI_Irecv(data, n, type, to, at, self.communicator,
                                 &request->request)
                     : MPI_Isend(data, n, type, to, at, self.communicator,
                                 &request->request);
  if (!plain)
    MPI_Type_free(&type); // when the message is through
  if (done != MPI_SUCCESS) {
    free(request);
    return failMpi(error, receive ? "MPI_Irecv" : "MPI_Isend", done);
  }
  *result = request;
  return LC_OK;
}

int32_t send(lc_transport_t *transport, uint32_t peer, uint64_t tag,
             const lc_segment_t *segments, uint64_t count,
             lc_request_t **request, char *error, size_t size) {
  return post(unwrap(transport), false, peer, tag, segments, count, request,
              {error, size});
}

int32_t receive(lc_transport_t *transport, uint32_t peer, uint64_t tag,
                const lc_segment_t *segments, uint64_t count,
                lc_request_t **request, char *error, size_t size) {
  return post(unwrap(transport), true, peer, tag, segments, count, request,
              {error, size});
}

void giveBack(Transport &self, lc_request_s *request) {
  request->next = self.unused;
  self.unused = request;
}

int32_t test(lc_transport_t *transport, lc_request_t *request, int32_t *done,
             char *error, size_t size) {
  Transport &self = unwrap(transport);
  int flag = 0;
  int result = MPI_Test(&request->request, &flag, MPI_STATUS_IGNORE);
  *done = flag;
  if (result != MPI_SUCCESS || flag)
    giveBack(self, request);
  return result == MPI_SUCCESS
             ? int32_t(LC_OK)
             : failMpi({error, size}, request->receive ? "receive" : "send",
                       result);
}

void cancel(lc_transport_t *transport, lc_request_t *request) {
  // Memory is written inside MPI's calls only, and after a failure no more of
  // them are made. A receive that nobody will meet ends at once; anything else
  // is left to MPI, since waiting for it may last for ever.
  int flag = 0;
  if (request->receive)
    MPI_Cancel(&request->request);
  for (int attempt = 0; attempt < 100 && !flag; ++attempt)
    if (MPI_Test(&request->request, &flag, MPI_STATUS_IGNORE) != MPI_SUCCESS)
      break;
  if (flag)
    giveBack(unwrap(transport), request);
}

int32_t progress(lc_transport_t *transport, char *, size_t) {
  // Testing requests moves MPI on; without any there is nothing to move.
  return LC_OK;
}

void idle(lc_transport_t *, int64_t nanoseconds) {
  // MPI moves data inside its calls only and wakes nobody: sleep as shortly as
  // the system allows, look again.
  constexpr long nap = 10000;
  timespec time = {0, nanoseconds < nap ? long(nanoseconds) : nap};
  nanosleep(&time, nullptr);
}

int64_t now(lc_transport_t *) { return wallNanoseconds(); }

void abort(lc_transport_t *transport, const char *) {
  unwrap(transport).failed = true;
}

void close(lc_transport_t *transport) {
  Transport &self = unwrap(transport);
  // Finalising waits for all ranks, so not after a failure: then the launcher
  // ends those that are left when this process ends.
  if (!self.failed) {
    MPI_Comm_free(&self.communicator);
    if (self.initialised)
      MPI_Finalize();
  }
  while (lc_request_s *request = self.unused) {
    self.unused = request->next;
    free(request);
  }
  self.lengths.release();
  self.addresses.release();
  free(&self);
}

const lc_transport_vtable_t vtable = {
    sizeof(lc_transport_vtable_t),
    "mpi",
    LC_TRANSPORT_CLOSE_TOGETHER,
    send,
    receive,
    test,
    cancel,
    progress,
    idle,
    now,
    abort,
    close,
};

/// MPI loads parts of itself that look for its symbols among those of the whole
/// program, while we were loaded for our own use only.
void promoteLibrary() {
  Dl_info library = {};
  if (dladdr(reinterpret_cast<void *>(&MPI_Init_thread), &library) &&
      library.dli_fname)
    dlopen(library.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
}

int32_t start(bool &initialised, Error error) {
  int flag = 0;
  MPI_Finalized(&flag);
  if (flag)
    return fail(error, LC_UNAVAILABLE,
                "MPI has been finalised in this process and cannot start "
                "again");
  MPI_Initialized(&flag);
  initialised = !flag;
  if (flag)
    return LC_OK; // calls come one at a time, whatever level it was asked for
  promoteLibrary();
  int level;
  int result = MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level);
  return result == MPI_SUCCESS ? int32_t(LC_OK)
                               : failMpi(error, "MPI_Init_thread", result);
}
} // namespace
} // namespace lcompile::rt::comm

using namespace lcompile::rt;
using namespace lcompile::rt::comm;

extern "C" __attribute__((visibility("default"))) int32_t
lc_transport_open(const lc_transport_options_t *options,
                  lc_transport_t **transport, char *text, size_t size) {
  Error error = {text, size};
  if (options->version != LC_TRANSPORT_VERSION)
    return fail(error, LC_INCOMPATIBLE,
                "the mpi engine is of version %u, not %u", LC_TRANSPORT_VERSION,
                options->version);
  bool initialised;
  if (int32_t code = start(initialised, error))
    return code;
  auto *self = static_cast<Transport *>(calloc(1, sizeof(Transport)));
  if (!self)
    return fail(error, LC_RESOURCE_EXHAUSTED, "out of memory");
  int world = 0, rank = 0, found = 0;
  int *bound = nullptr;
  // Our own messages, apart from the program's.
  int result = MPI_Comm_dup(MPI_COMM_WORLD, &self->communicator);
  if (result != MPI_SUCCESS) {
    free(self);
    return failMpi(error, "MPI_Comm_dup", result);
  }
  MPI_Comm_set_errhandler(self->communicator, MPI_ERRORS_RETURN);
  MPI_Comm_size(self->communicator, &world);
  MPI_Comm_rank(self->communicator, &rank);
  MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &bound, &found);
  int highest = found ? *bound : 32767;
  self->tagMask = 1;
  while (int64_t(self->tagMask) * 2 + 1 <= highest)
    self->tagMask = self->tagMask * 2 + 1;
  self->vtable = &vtable;
  self->rank = uint32_t(rank);
  self->world = uint32_t(world);
  self->initialised = initialised;
  if (options->world &&
      (options->world != self->world || options->rank != self->rank)) {
    int32_t code = fail(error, LC_INVALID_ARGUMENT,
                        "this is rank %d of %d for MPI, but rank %u of %u was "
                        "asked for",
                        rank, world, options->rank, options->world);
    comm::abort(self, "");
    comm::close(self);
    return code;
  }
  *transport = self;
  return LC_OK;
}
