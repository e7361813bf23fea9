// The control socket of a running program: a UNIX socket that only its owner may open, and JSON lines on it. One request
// a line, one answer a line. Bounded: so many clients, so long a line, so much unsent; who exceeds it is put off.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "host/loop.h"

namespace sluice::common {

class ControlServer {
public:
    static constexpr std::size_t clients_most = 16;
    static constexpr std::size_t request_most = 4096;       // octets of a line
    static constexpr std::size_t unsent_most = 16U << 20U;  // octets of answers a client has not read

    using Answer = std::function<std::string(const std::string& request)>;

    // Throws Failure: the path is in use by a running program, or cannot be made. A socket nobody answers at is replaced.
    ControlServer(host::Loop& loop, std::string path, Answer answer);
    ~ControlServer();  // the file goes with it
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

private:
    struct Client {
        host::Descriptor socket;
        std::string request;
        std::string unsent;
    };

    void accept();
    void serve(int number, short events);
    bool read(Client& client);
    bool write(Client& client);
    void drop(int number);
    void watch(int number, const Client& client);

    host::Loop& loop_;
    std::string path_;
    Answer answer_;
    host::Descriptor listener_;
    std::map<int, Client> clients_;
};

}  // namespace sluice::common
