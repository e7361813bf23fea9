#include "posix/attach.h"

#include <fmt/format.h>

#include "host/entropy.h"

namespace sluice::posix {
namespace {

StackConfig config_for(const AttachOptions& options) {
    StackConfig config = options.stack;
    if (!options.keep_seed) config.seed = host::entropy();
    return config;
}

// Locally administered, one for each address.
wire::MacAddress mac_for(const wire::Address& address) {
    const auto& octets = address.octets();
    return {{0x02, 0x00, octets[12], octets[13], octets[14], octets[15]}};
}

}  // namespace

Attachment::Attachment(std::unique_ptr<host::Device> device, const AttachOptions& options)
    : options_(options), device_(std::move(device)), stack_(config_for(options)), loop_(stack_, clock_) {
    if (options.make_watcher) watcher_ = options.make_watcher(stack_, loop_, clock_);
    stack_.on_time(clock_.now());
    const LinkId link = loop_.add_device(*device_, options.mac.value_or(mac_for(options.address.address)));
    stack_.add_address(link, options.address);
    if (options.gateway) stack_.add_default_route(*options.gateway, link);
}

Attachment::~Attachment() {
    if (host_) host_->finish(options_.finish);
}

// RFC 5227 2.1: an address is used only after nobody answered the probes for it.
std::optional<std::string> Attachment::await_address() {
    const wire::Address& wanted = options_.address.address;
    for (;;) {
        for (const net::AddressView& view : stack_.ip().addresses()) {
            if (view.prefix.address != wanted) continue;
            if (view.state == net::AddressState::usable) return std::nullopt;
            if (view.state == net::AddressState::taken)
                return fmt::format("address {} is already used by {}", wire::to_text(wanted),
                                   wire::to_text(view.conflicting));
        }
        loop_.step(Duration::max());
        if (const std::string* reason = loop_.failure()) return *reason;
    }
}

std::expected<std::unique_ptr<Attachment>, std::string> attach(std::unique_ptr<host::Device> device,
                                                               const AttachOptions& options) {
    auto attachment = std::make_unique<Attachment>(std::move(device), options);
    if (auto reason = attachment->await_address()) return std::unexpected(std::move(*reason));
    attachment->host_.emplace(attachment->loop_);
    use(&attachment->host());
    return attachment;
}

}  // namespace sluice::posix
