// What a site answers to a request: status, fields of its own, and a body in a form that can be sent piece by piece. The
// connection adds what belongs to every message: Date, Server, Connection and the framing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "apps/common/http/date.h"
#include "apps/common/http/fields.h"
#include "apps/common/http/files.h"
#include "apps/common/http/request.h"

namespace sluice {
class TcpSocket;
}

namespace sluice::http {

// Parts of one file with text between them: a whole file, a range, or several ranges with their headers.
struct FileBody {
    struct Part {
        std::string before;
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
    };
    std::shared_ptr<OpenFile> file;
    std::vector<Part> parts;
    std::string after;

    std::uint64_t length() const;
};

// Text in pieces, sent as chunks: its length is not told beforehand.
struct ChunkedBody {
    std::vector<std::string> pieces;
};

// The body of the request comes back as it arrives.
struct EchoBody {};

// Takes the body of a request as it comes; the answer is made when it has ended. Given up without finish() otherwise.
class BodySink;
struct SinkBody {
    std::shared_ptr<BodySink> sink;
};

// Something that goes on: asked for more as often as `period`, until the client or the server ends.
class Feed {
public:
    virtual ~Feed() = default;
    // What has come since the last call; empty: nothing.
    virtual std::string take() = 0;
};
struct FeedBody {
    std::shared_ptr<Feed> feed;
    Duration period{};
};

// An answer that is not known yet.
class LaterAnswer;
struct LaterBody {
    std::shared_ptr<LaterAnswer> later;
};

// After the head of this answer the connection carries octets to and from another host (RFC 9110 9.3.6).
struct TunnelBody {
    std::shared_ptr<TcpSocket> host;
};

using Body = std::variant<std::monostate, std::string, FileBody, ChunkedBody, EchoBody, SinkBody, FeedBody,
                          LaterBody, TunnelBody>;

struct Answer {
    int status = 200;
    Fields fields;
    Body body;
    Duration delay{};    // before it is sent
    bool close = false;  // the connection ends with it
};

class BodySink {
public:
    virtual ~BodySink() = default;
    virtual void take(std::string_view octets) = 0;
    virtual Answer finish() = 0;
};

class LaterAnswer {
public:
    virtual ~LaterAnswer() = default;
    // The answer, once it is known; or, past the deadline, what there is to say instead.
    virtual std::optional<Answer> take(const Moment& now) = 0;
    virtual Instant deadline() const = 0;
    // Called when there is something to take.
    virtual void set_wake(std::function<void()> wake) = 0;
};

// An error as a short page.
Answer error_answer(int status, std::string_view why);
Answer empty_answer(int status);
// A short page that has this text below its heading.
Answer page_answer(int status, std::string_view html);

// Whoever knows the resources. An error is an answer too; what is thrown becomes 500.
class Site {
public:
    virtual ~Site() = default;
    virtual Answer answer(const Request& request, const Moment& now) = 0;
};

}  // namespace sluice::http
