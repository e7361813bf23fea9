#include <cstdio>
#include <cstdlib>

#include "posix/attach.h"
#include "support/memory_device.h"
#include "twice/support/twice.h"

namespace twice {

struct Network::Parts {
    std::unique_ptr<sluice::posix::Attachment> host;
};

Network::Network() : parts_(new Parts) {
    using namespace sluice;
    posix::AttachOptions options;
    options.address = {wire::Address::v4(192, 0, 2, 2), 24};
    options.stack.net.probe_addresses = false;
    auto host = posix::attach(
        std::make_unique<test::MemoryDevice>(std::make_shared<test::Cable>(), test::Cable::End::a), options);
    if (!host) {
        std::fprintf(stderr, "%s\n", host.error().c_str());
        std::exit(1);
    }
    parts_->host = std::move(*host);
}

Network::~Network() { delete parts_; }

}  // namespace twice
