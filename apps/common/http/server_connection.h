// One connection of the HTTP server without its socket: octets in, octets and parts of files out, and when to be woken.
//
//             take(octets)                                     output() / sent(n)
//   client ------------------> HeadReader, judge_request  ...  ReplyQueue ------------------> client
//                              BodyReader          Site::answer
//
// Owns the request being read and the reply being sent; one exchange at a time, so pipelined requests wait where they are.
// Told: octets, the end of input, what was sent, time. Answers: what to send, whether it wants octets, its deadline, and
// its fate. RFC 9112 9 (persistence, pipelining, closing), RFC 9110 10.1.1 (100-continue), 15.5.9 (408).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "apps/common/http/access_log.h"
#include "apps/common/http/answer.h"
#include "apps/common/http/body_reader.h"
#include "apps/common/http/head_reader.h"
#include "apps/common/http/reply_queue.h"
#include "apps/common/http/request.h"
#include "apps/common/http/settings.h"

namespace sluice::http {

// What all connections of a server share.
struct ServerParts {
    const Settings& settings;
    Site& site;
    AccessSink& log;
    std::string server_name;  // in the Server field; empty: none
    // Told each request line and the header section that answers it.
    std::function<void(std::string_view line, std::string_view head)> show = {};
};

class ServerConnection {
public:
    enum class Fate : std::uint8_t {
        open,
        finishing,  // when the output is empty: no more will be written; input is read and thrown away
        over,       // close it
        broken,     // the reply cannot be completed: reset it
        tunnel,     // what comes and goes from now on is between the client and host()
    };

    ServerConnection(ServerParts& parts, std::string client, const Moment& now);

    // The client's address and port, for sites that ask who asks.
    void set_peer(std::string peer) { peer_ = std::move(peer); }
    // Called when on_time() has something to do before deadline().
    void set_wake(std::function<void()> wake) { wake_ = std::move(wake); }

    bool wants_input() const;
    // Takes octets and says how many; stops early when a request is complete or there is no room for an echo.
    std::size_t take(std::string_view octets, const Moment& now);
    void end_of_input(const Moment& now);

    Output output() const { return fate_ == Fate::broken ? Output() : queue_.front(); }
    void sent(std::uint64_t octets, const Moment& now);
    void file_failed();            // the file of output() is shorter than it was
    void lost(const Moment& now);  // the connection failed: what was sent is logged

    Instant deadline() const;
    void on_time(const Moment& now);
    // The server ends: an exchange under way is the last one.
    void drain(const Moment& now);
    // No room for another connection: 503 without waiting for a request.
    void refuse_busy(const Moment& now);

    Fate fate() const { return fate_; }
    const std::shared_ptr<TcpSocket>& host() const { return host_; }
    bool is_idle() const;  // between two requests

private:
    enum class Input : std::uint8_t { head, body, none };
    enum class Reply : std::uint8_t {
        none,
        due,         // answer_ waits: for octets that are already here, for its delay
        streaming,   // its head is in the queue, its content comes from the request
        collecting,  // it is made when the request has ended
        awaited,     // it is known later
        feeding,     // its head is in the queue, its content comes as time goes by
        complete,    // all of it is in the queue
    };

    std::size_t take_head(std::string_view octets, const Moment& now);
    std::size_t take_body(std::string_view octets, const Moment& now);
    void begin_exchange(const Moment& now);
    void accept_request(Request request, const Moment& now);
    void plan_body(const Moment& now);
    void refuse(const Refusal& refusal, bool is_head, const Moment& now);
    void use_body_octets(std::string_view data);
    void body_ended(const Moment& now);
    void body_failed(const Refusal& refusal, const Moment& now);
    std::optional<Refusal> judge_body() const;
    void start_reply(const Moment& now);
    void queue_content();
    void queue_streamed(std::string_view data);
    void finish_sink(const Moment& now);
    void await_answer(const Moment& now);
    void replace_answer(Answer answer);
    void ask_site(const Request& request, const Moment& now);
    void queue_fed(const Moment& now);
    void end_feed(const Moment& now);
    void settle(const Moment& now);
    void next_request(const Moment& now);
    void finish(const Moment& now);
    void end(Fate fate) { fate_ = fate; }
    void time_out_body(const Moment& now);
    bool takes_body() const;
    void write_record();

    ServerParts& parts_;
    HeadReader head_;
    std::optional<BodyReader> body_;
    Framing framing_;
    ReplyQueue queue_;
    Answer answer_;
    AccessRecord record_;
    std::string client_;
    std::string peer_;
    std::function<void()> wake_;
    FeedBody feed_;
    std::shared_ptr<TcpSocket> host_;  // of the tunnel that the reply opens
    Instant feed_at_ = never;          // when the feed is asked again
    Instant input_deadline_ = never;   // for a head or a part of a body
    Instant write_deadline_ = never;
    Instant reply_at_{};  // when a due reply may leave
    Instant linger_deadline_ = never;
    std::uint64_t window_octets_ = 0;  // of the body, since the current period of body_timeout began
    int minor_version_ = 1;
    Input input_ = Input::head;
    Reply reply_ = Reply::none;
    Fate fate_ = Fate::open;
    bool in_exchange_ = false;  // from the end of a head until the next may be read
    bool is_head_request_ = false;
    bool is_chunked_ = false;  // the reply
    bool close_after_ = false;
    bool draining_ = false;
};

}  // namespace sluice::http
