#pragma once

#include <span>
#include <string_view>

namespace assay::sim {

std::span<const std::string_view> given_names();
std::span<const std::string_view> surnames();
std::span<const std::string_view> partner_companies();  // where guests come from, as domain names

}  // namespace assay::sim
