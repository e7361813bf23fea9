// Small resources for tests and first steps, in front of another site: /echo /discard /status/NNN /delay/S /chunked
// /redirect/N /headers /cookie /private/ /cache/S /form /gzip-only /upgrade /throw.
#pragma once

#include <optional>

#include "apps/common/http/answer.h"

namespace sluice::http {

class DemoSite : public Site {
public:
    explicit DemoSite(Site& others) : others_(others) {}

    Answer answer(const Request& request, const Moment& now) override;

private:
    Site& others_;
};

}  // namespace sluice::http
