// The way packetdrill uses the table: packets of an imagined peer, calls on the main thread, calls that block on a second one
// whose begin and end are stamped by the table's clock. What happens is written down, line by line.
#pragma once

#include <netinet/in.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tools/packetdrill/table.h"

namespace sluice::test {

// A segment of the peer or of the stack, with numbers as on the wire.
struct Piece {
    std::string flags;  // "S", "SA", "A", "PA", "FA", "R"
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;
    std::uint32_t octets = 0;
    std::uint16_t window = 65535;
    bool has_options = false;  // out: any but MSS
};

class Tool {
public:
    explicit Tool(const char* flags = "local=192.0.2.1,remote=192.0.2.2");
    ~Tool();
    Tool(const Tool&) = delete;
    Tool& operator=(const Tool&) = delete;

    packetdrill::Table table{};
    void* self() const { return table.userdata; }

    // Microseconds since the script began. Costs one on the main thread.
    long long now();
    void inject(const Piece& piece);
    // The next packet, whenever it comes; its time since the script began in `at_us`. Empty flags: none comes.
    Piece next(long long* at_us = nullptr);
    // A listening socket on port 8080, and one connection of it, accepted.
    int listen();
    int establish(int listener);
    std::uint32_t isn() const { return isn_; }  // of the stack

    // Begins a call on the second thread, and waits until it sleeps or is over.
    void begin(const std::string& name, std::function<long()> call);
    void join();
    void say(const std::string& line) { transcript += line + '\n'; }
    std::string transcript;

private:
    long long start_us_ = 0;
    std::uint32_t isn_ = 0;
    std::thread second_;
    std::string said_;  // of the second thread
};

// packetdrill_interface_init of the library under test.
int init(const char* flags, packetdrill::Table* table);
void* symbol(const char* name);

}  // namespace sluice::test
