// One connection joined to standard input and output: what comes in is written out, what is read is sent, and the end of the input
// closes our direction only (RFC 9293 3.6).
#pragma once

#include <string>

#include "apps/common/program.h"
#include "apps/nc/nc.h"

namespace sluice::nc {

// What both kinds of session share: standard input, read only while there is room for it, and how long nothing happened.
class Session : public Watcher {
public:
    Session(common::Program& program, const Options& options);
    virtual ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Until it is over; the exit code.
    int run();

protected:
    virtual void send_input() = 0;  // takes from input_ what it can
    virtual void end_input() = 0;   // no more will come, and all of it was taken
    void write_out(ByteView octets);
    void finish(int code, Error why = Error::none);  // over, and why for a person
    // The peer has said all: it is over once our input is, too. As nc has it, a listener does not wait for input that is not there.
    void peer_is_done() { is_peer_done_ = true; }
    void push_input();
    void note_progress() { last_progress_ = program_.clock().now(); }

    common::Program& program_;
    const Options& options_;
    std::string input_;

private:
    void read_input();
    void watch_input();
    bool has_input_left() const;
    Duration time_left() const;

    bool is_input_over_ = false;
    bool is_end_told_ = false;
    bool is_peer_done_ = false;
    bool is_over_ = false;
    int code_ = 0;
    Instant last_progress_;
};

class TcpSession final : public Session {
public:
    TcpSession(common::Program& program, const Options& options, TcpSocket socket);
    void on_ready(Readiness readiness) override;

private:
    void send_input() override;
    void end_input() override { (void)socket_.shutdown_write(); }
    void receive();

    TcpSocket socket_;
};

class UdpSession final : public Session {
public:
    UdpSession(common::Program& program, const Options& options, UdpSocket socket);
    void on_ready(Readiness readiness) override;

private:
    void send_input() override;
    void end_input() override {}
    void receive();

    UdpSocket socket_;
};

}  // namespace sluice::nc
