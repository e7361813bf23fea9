// One request and its response on a connection: sends, reads, tells a listener what came. Ends when the response has.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "apps/common/http/response_reader.h"
#include "apps/get/connection.h"
#include "apps/get/upload.h"

namespace sluice::get {

class Exchange {
public:
    // What is done with the response; each may throw TransferError to end it.
    struct Listener {
        std::function<void(const http::ResponseReader&, bool is_interim)> on_head;
        std::function<void(std::string_view)> on_body;
        std::function<void(std::string_view)> on_raw = {};  // the body as it came, with its framing
    };

    Exchange(Connection& connection, Upload& upload, bool is_head_request, Listener listener);

    // Throws TransferError. `asks_first`: the body waits for 100 (Continue), at most a second (RFC 9110 10.1.1).
    void run(std::string request, Instant deadline, bool asks_first = false);

    bool has_answer() const { return reader_.has_begun(); }  // some octet of it
    bool keeps_connection() const { return is_sent_ && reader_.keeps_connection(); }
    const http::ResponseReader& reader() const { return reader_; }
    std::uint64_t uploaded() const { return uploaded_; }

private:
    void send_some();
    bool receive_some();
    bool tell(std::string_view octets);
    bool tell(const http::ResponseReader::Step& step);
    bool end_of_input();
    [[noreturn]] void fail() const;

    Connection& connection_;
    Upload& upload_;
    http::ResponseReader reader_;
    Listener listener_;
    std::string waiting_;  // to be sent
    std::size_t waiting_at_ = 0;
    std::string room_;
    std::uint64_t uploaded_ = 0;
    bool is_head_sent_ = false;
    bool is_sent_ = false;     // all of it
    Instant body_from_{};      // the body waits until then
    bool is_refused_ = false;  // the peer takes no more; its answer may say why
};

}  // namespace sluice::get
