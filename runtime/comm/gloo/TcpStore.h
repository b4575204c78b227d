// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A key-value store over TCP, by which ranks find each other: Gloo asks for one
// and brings none.
#ifndef LCOMPILE_RUNTIME_COMM_GLOO_TCPSTORE_H
#define LCOMPILE_RUNTIME_COMM_GLOO_TCPSTORE_H

#include <gloo/rendezvous/store.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

namespace lcompile::rt::comm {

/// Rank 0's side: answers until it is destroyed.
class StoreServer {
public:
  /// Listens on `port`, on all addresses. Throws std::runtime_error.
  explicit StoreServer(int port);
  ~StoreServer();

private:
  struct Client {
    std::vector<char> input; // of a request that is not complete
    std::string waitsFor;    // the key of a get that is not answered
  };
  void serve();
  void accept();
  /// False when the client has left.
  bool read(int descriptor, Client &client);
  void handle(int descriptor, Client &client);
  void answer(int descriptor, Client &client);

  int listener, wake[2];
  std::map<int, Client> clients;
  std::map<std::string, std::vector<char>> values;
  std::thread thread;
};

/// Every rank's side. Methods throw std::runtime_error.
class TcpStore : public gloo::rendezvous::Store {
public:
  /// Connects to "host:port", trying again for `timeout`, in which all that is
  /// waited for here must come, too.
  TcpStore(const std::string &address, std::chrono::milliseconds timeout);
  ~TcpStore() override;

  void set(const std::string &key, const std::vector<char> &data) override;
  /// Waits for the key to be set.
  std::vector<char> get(const std::string &key) override;
  void wait(const std::vector<std::string> &keys) override;
  void wait(const std::vector<std::string> &keys,
            const std::chrono::milliseconds &timeout) override;

  /// The address of this machine that the server sees.
  std::string localHost() const;

private:
  int descriptor = -1;
  std::string address;
  std::chrono::steady_clock::time_point end;
};

/// Splits "host:port" and "[::1]:port". Throws std::runtime_error.
void splitAddress(const std::string &address, std::string &host, int &port);

} // namespace lcompile::rt::comm

#endif // LCOMPILE_RUNTIME_COMM_GLOO_TCPSTORE_H
