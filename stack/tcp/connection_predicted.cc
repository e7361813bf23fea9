// Header prediction (Van Jacobson, 1990; RFC 7323 5.6): on an open connection nearly every segment is the next one in order,
// or acknowledges some more, and has nothing else to say. For such a segment all of RFC 9293 3.10.7.4 up to its fifth step
// says "accept", so only the numbers that make it one are looked at.
#include "tcp/connection.h"

namespace sluice::tcp {

Connection::Predicted Connection::take_predicted(const wire::UsualTcpHeader& header,
                                                 const wire::PacketIn& packet, Instant now) {
    if (state_ != State::established || header.has_timestamps != agreed_.timestamps) return Predicted::no;
    if (header.sequence != rcv_space_.wrap(receiver_.nxt()).raw) return Predicted::no;
    Segment seg;
    seg.seq = receiver_.nxt();
    seg.ack = snd_space_.unwrap({header.acknowledgment}, sender_.una());
    seg.flags = header.flags;
    seg.wnd = std::uint32_t{header.window} << agreed_.snd_shift;
    if (header.has_timestamps) seg.timestamps = header.timestamps;
    seg.text = packet.payload.from(header.length());
    seg.segment_bytes = packet.segment_bytes;
    if (!is_predicted(seg, now)) return Predicted::no;
    ++segments_in_;
    if (keepalive_.is_on()) keepalive_.on_heard(keepalive_plan(), now);
    note_segment_in(seg, now);
    if (header.has_timestamps)
        receiver_.paws.on_segment(header.timestamps.value, seg.seq, receiver_.last_ack_sent(), now);
    bool changes_sending = true;
    if (is_about_nothing_of_ours(seg))
        changes_sending = sender_.window.update(seg.seq, seg.ack, seg.wnd);  // fifth
    else
        take_ack(seg, now);
    if (!seg.text.empty()) {  // seventh
        const Receiver::Text text =
            receiver_.take_text(seg, environment_.settings.reassembly_pieces, environment_.pool);
        acknowledge_text(seg, text, now);
    }
    if (changes_sending) settle(now);
    const bool is_quiet = !changes_sending && !receiver_.acks.is_owed() && receiver_.acks.is_delayed();
    return is_quiet && !keepalive_.is_on() ? Predicted::quietly : Predicted::yes;
}

bool Connection::is_predicted(const Segment& seg, Instant now) const {
    if (is_closed_by_application_ || ecn_.mode() != EcnMode::none || receiver_.has_disorder()) return false;
    const ReceiveSpan span = receiver_.span();
    if (span.wnd() <= 0 || seg.end() > span.edge) return false;
    if (seg.ack < sender_.una() || seg.ack > sender_.max()) return false;
    return !seg.timestamps ||
           !receiver_.paws.is_old(seg.timestamps->value, now, environment_.settings.paws_idle);
}

}  // namespace sluice::tcp
