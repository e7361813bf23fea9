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

    struct Reply {
        Reply(std::string text, bool watches_now = false) : line(std::move(text)), watches(watches_now) {}
        std::string line;
        bool watches;  // from now on it gets every line that is published
    };
    using Answer = std::function<Reply(const std::string& request)>;

    // Throws Failure: the path is in use by a running program, or cannot be made. A socket nobody answers at is replaced.
    ControlServer(host::Loop& loop, std::string path, Answer answer);
    ~ControlServer();  // the file goes with it
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    // One more line for every watcher; one that is behind too far does not get it.
    void publish(const std::string& line);
    bool is_watched() const { return watchers_ > 0; }
    std::uint64_t lost() const { return lost_; }  // lines that a watcher did not get

private:
    struct Client {
        host::Descriptor socket;
        std::string request;
        std::string unsent;
        bool watches = false;
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
    std::size_t watchers_ = 0;
    std::uint64_t lost_ = 0;
};

}  // namespace sluice::common
