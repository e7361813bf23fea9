// --write-out: "%{code}\n" and so on, filled in.
#include <fmt/format.h>

#include "apps/get/client.h"

namespace sluice::get {

std::string write_out_text(std::string_view format, const Report& report) {
    const double seconds = std::chrono::duration<double>(report.total).count();
    const auto value = [&](std::string_view name) -> std::string {
        if (name == "code" || name == "http_code" || name == "response_code")
            return fmt::format("{:03}", report.status);
        if (name == "size_download") return std::to_string(report.downloaded);
        if (name == "size_upload") return std::to_string(report.uploaded);
        if (name == "speed_download")
            return fmt::format("{:.0f}",
                               seconds > 0 ? static_cast<double>(report.downloaded) / seconds : 0.0);
        if (name == "time_total") return fmt::format("{:.6f}", seconds);
        if (name == "num_redirects") return std::to_string(report.redirects);
        if (name == "num_connects") return std::to_string(report.connects);
        if (name == "url_effective") return report.url;
        if (name == "content_type") return report.content_type;
        if (name == "exitcode") return std::to_string(static_cast<int>(report.exit));
        return {};
    };
    std::string text;
    for (std::size_t i = 0; i < format.size(); ++i) {
        const std::string_view rest = format.substr(i);
        if (const auto end = rest.find('}'); rest.starts_with("%{") && end != std::string_view::npos) {
            text += value(rest.substr(2, end - 2));
            i += end;
        } else if (rest.starts_with("\\n") || rest.starts_with("\\t") || rest.starts_with("\\r")) {
            text += rest[1] == 'n' ? '\n' : rest[1] == 't' ? '\t' : '\r';
            ++i;
        } else {
            text += format[i];
        }
    }
    return text;
}

}  // namespace sluice::get
