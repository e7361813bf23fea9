#include "apps/common/http/reply_queue.h"

#include "base/check.h"

namespace sluice::http {

void ReplyQueue::add(std::string text, bool is_content) {
    if (text.empty()) return;
    waiting_text_ += text.size();
    // Small neighbours of a kind travel together.
    if (!pieces_.empty() && !pieces_.back().file && pieces_.back().is_content == is_content) {
        pieces_.back().text += text;
        pieces_.back().end += text.size();
        return;
    }
    const auto size = text.size();
    pieces_.push_back(
        {.text = std::move(text), .file = nullptr, .offset = 0, .end = size, .is_content = is_content});
}

void ReplyQueue::add_file(FileBody body) {
    for (FileBody::Part& part : body.parts) {
        add_content(std::move(part.before));
        if (part.length == 0) continue;
        pieces_.push_back({.text = {},
                           .file = body.file,
                           .offset = part.offset,
                           .end = part.offset + part.length,
                           .is_content = true});
    }
    add_content(std::move(body.after));
}

Output ReplyQueue::front() const {
    if (pieces_.empty()) return {};
    const Piece& piece = pieces_.front();
    Output output;
    if (piece.file) {
        output.file = piece.file.get();
        output.offset = piece.offset;
        output.length = piece.end - piece.offset;
    } else {
        output.text = std::string_view(piece.text).substr(piece.offset);
    }
    return output;
}

void ReplyQueue::sent(std::uint64_t octets) {
    SLUICE_CHECK(!pieces_.empty());
    Piece& piece = pieces_.front();
    SLUICE_CHECK(octets <= piece.end - piece.offset);
    piece.offset += octets;
    if (piece.is_content) content_sent_ += octets;
    if (!piece.file) waiting_text_ -= octets;
    if (piece.offset == piece.end) pieces_.pop_front();
}

void ReplyQueue::clear() {
    pieces_.clear();
    waiting_text_ = 0;
}

}  // namespace sluice::http
