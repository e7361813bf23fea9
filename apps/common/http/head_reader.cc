#include "apps/common/http/head_reader.h"

#include "apps/common/http/start_line.h"
#include "apps/common/http/text.h"

namespace sluice::http {

std::size_t HeadReader::take(std::string_view octets) {
    std::size_t used = 0;
    while (used < octets.size() && !complete_ && !refusal_) take_one(octets[used++]);
    return used;
}

std::string_view HeadReader::first_line() const {
    const std::string_view text = text_;
    return text.substr(0, text.find('\r'));
}

void HeadReader::take_one(char c) {
    if (++taken_ > limits_.head) return refuse(431, "the header section is too large");
    // RFC 9112 2.2: a bare CR is not a line end; a server refuses it or treats it as a space. We refuse.
    if (after_cr_ && c != '\n') return refuse(400, "CR without LF");
    after_cr_ = false;
    if (c == '\n') return end_line();  // RFC 9112 2.2: a recipient MAY take a single LF for a line end.
    if (c == '\r') {
        after_cr_ = true;
        return;
    }
    // RFC 9110 5.5: CR, LF and NUL in a field value are refused; so are the other controls, which mean nothing here.
    const auto octet = static_cast<unsigned char>(c);
    if ((octet < 0x20 && c != '\t') || octet == 0x7f)
        return refuse(400, "a control character in the header section");
    if (in_first_line()) return take_in_first_line(c);
    // RFC 9112 5.2: line folding is obsolete; a server refuses it or unfolds it. RFC 9112 2.2: white space between the
    // start line and the first field likewise.
    if (text_.size() == line_begin_ && (c == ' ' || c == '\t')) return refuse(400, "a folded header line");
    if (text_.size() - line_begin_ >= limits_.field_line) return refuse(431, "a header line is too long");
    text_ += c;
}

void HeadReader::take_in_first_line(char c) {
    const std::string_view protocol = "HTTP/";
    if (kind_ == Kind::response) {
        if (text_.size() < protocol.size() && c != protocol[text_.size()])
            return refuse(400, "not an HTTP response");
    } else if (in_method_ && c == ' ') {
        in_method_ = false;
    } else if (in_method_ && !is_token_character(c)) {
        return refuse(
            400, "not a method");  // Said at once, so that another protocol's greeting is not waited out.
    }
    if (text_.size() >= limits_.first_line) {
        // RFC 9112 3: a method longer than any we know is not implemented, a target longer than we read is too long.
        if (in_method_) return refuse(501, "the method is too long");
        return refuse(414, "the request target is too long");
    }
    text_ += c;
}

void HeadReader::end_line() {
    if (text_.size() == line_begin_) {
        // RFC 9112 2.2: a server ignores at least one empty line before the request line.
        if (in_first_line()) return;
        text_ += "\r\n";
        complete_ = true;
        return;
    }
    // Said at once: HTTP/0.9 ends with this line, and HTTP/2 goes on with something else.
    if (in_first_line() && kind_ == Kind::request) refusal_ = judge_request_line(text_);
    if (refusal_) return;
    if (++lines_ - 1 > limits_.fields) return refuse(431, "too many header lines");
    text_ += "\r\n";
    line_begin_ = static_cast<std::uint32_t>(text_.size());
}

void HeadReader::refuse(int status, std::string_view why) { refusal_ = Refusal{status, why}; }

}  // namespace sluice::http
