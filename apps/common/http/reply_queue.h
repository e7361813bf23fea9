// What is to be sent on a connection, in order: text of our own and parts of files, which are read only when there is room.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "apps/common/http/answer.h"

namespace sluice::http {

// The next thing to send: text, or when that is empty, a part of a file. Both empty: nothing.
struct Output {
    std::string_view text;
    OpenFile* file = nullptr;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

class ReplyQueue {
public:
    void add_framing(std::string text) { add(std::move(text), false); }  // header sections, chunk sizes
    void add_content(std::string text) { add(std::move(text), true); }
    void add_file(FileBody body);

    bool empty() const { return pieces_.empty(); }
    std::uint64_t waiting_text() const { return waiting_text_; }  // octets held in memory here
    Output front() const;
    void sent(std::uint64_t octets);  // of front()
    std::uint64_t content_sent() const { return content_sent_; }
    void reset_count() { content_sent_ = 0; }
    void clear();

private:
    struct Piece {
        std::string text;
        std::shared_ptr<OpenFile> file;
        std::uint64_t offset = 0;  // in the text or the file
        std::uint64_t end = 0;
        bool is_content = false;
    };
    void add(std::string text, bool is_content);

    std::deque<Piece> pieces_;
    std::uint64_t waiting_text_ = 0;
    std::uint64_t content_sent_ = 0;
};

}  // namespace sluice::http
