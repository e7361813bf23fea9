#include "tools/dump/source.h"

#include <fmt/format.h>
#include <pcap/pcap.h>
#include <poll.h>

#include <boost/algorithm/hex.hpp>
#include <iterator>

#include "apps/common/control/client.h"
#include "apps/common/failure.h"
#include "host/signals.h"

namespace sluice::dump {
namespace {

using common::exit_environment;
using common::Failure;

class Program final : public Source {
public:
    Program(const std::string& control, std::string link) : link_(std::move(link)), program_(control) {
        bool is_known = link_.empty();
        const auto links = program_.ask({{"show", "links"}});
        for (const auto& row : links.at("rows")) is_known = is_known || row.at("link") == link_;
        if (!is_known)
            throw Failure(exit_environment, fmt::format("{}: the program has no link {}", control, link_));
        if (link_.empty() && links.at("rows").size() == 1) link_ = links.at("rows")[0].at("link");
        program_.ask({{"watch", "frames"}});
    }

    std::optional<Frame> next() override {
        while (wait()) {
            const auto line = nlohmann::json::parse(program_.next_line(), nullptr, false);
            if (!line.is_object() || !line.contains("octets")) return std::nullopt;
            lost_ = line.value("lost", std::uint64_t{0});
            if (!link_.empty() && line.at("link") != link_) continue;
            Frame frame;
            frame.time_ns = line.at("time_ns").get<std::int64_t>();
            boost::algorithm::unhex(line.at("octets").get<std::string>(), std::back_inserter(frame.octets));
            frame.length = static_cast<std::uint32_t>(frame.octets.size());
            return frame;
        }
        return std::nullopt;
    }
    std::string title() const override {
        return fmt::format("listening on {}, link-type EN10MB (Ethernet), snapshot length 262144 bytes",
                           link_.empty() ? "all links" : link_);
    }
    bool is_live() const override { return true; }
    std::uint64_t lost() const override { return lost_; }

private:
    // False: it is over.
    bool wait() {
        if (program_.has_line()) return true;
        pollfd wanted[] = {{program_.descriptor(), POLLIN, 0}, {signals_.descriptor(), POLLIN, 0}};
        return ::poll(wanted, 2, -1) > 0 && wanted[1].revents == 0 && !program_.is_over();
    }

    std::string link_;
    host::Signals signals_{SIGINT, SIGTERM};
    common::ControlClient program_;
    std::uint64_t lost_ = 0;
};

class File final : public Source {
public:
    explicit File(const std::string& path) : path_(path) {
        char error[PCAP_ERRBUF_SIZE] = {};
        file_.reset(
            ::pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, error));
        if (!file_) throw Failure(exit_environment, error);
        if (::pcap_datalink(file_.get()) != DLT_EN10MB)
            throw Failure(exit_environment, fmt::format("{}: not a capture of Ethernet", path));
    }

    std::optional<Frame> next() override {
        pcap_pkthdr* header = nullptr;
        const u_char* octets = nullptr;
        if (::pcap_next_ex(file_.get(), &header, &octets) != 1) return std::nullopt;
        // With nanosecond precision the field named for microseconds holds nanoseconds.
        return Frame{std::int64_t{header->ts.tv_sec} * 1'000'000'000 + header->ts.tv_usec,
                     {octets, octets + header->caplen},
                     header->len};
    }
    std::string title() const override {
        return fmt::format("reading from file {}, link-type EN10MB (Ethernet), snapshot length {}", path_,
                           ::pcap_snapshot(file_.get()));
    }
    bool is_live() const override { return false; }

private:
    struct Close {
        void operator()(pcap_t* file) const { ::pcap_close(file); }
    };
    std::string path_;
    std::unique_ptr<pcap_t, Close> file_;
};

}  // namespace

std::unique_ptr<Source> open_program(const std::string& control, const std::string& link) {
    return std::make_unique<Program>(control, link);
}

std::unique_ptr<Source> open_file(const std::string& path) { return std::make_unique<File>(path); }

}  // namespace sluice::dump
