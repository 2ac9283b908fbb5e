#include "catalog/pages.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "catalog/example.h"
#include "catalog/image.h"
#include "catalog/markdown.h"

namespace assay::catalog {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Catalogue shipped() {
  auto catalogue = embedded().take();
  EXPECT_TRUE(add_embedded_details(catalogue).has_value());
  return catalogue;
}

// What the links of a page lead to, as paths below the folder of all pages, without what stands in code.
std::vector<std::string> targets(const Page& page) {
  std::vector<std::string> out;
  bool code = false;
  for (const auto line : text::split(page.text, '\n')) {
    if (line.starts_with("```")) code = !code;
    if (code) continue;
    for (auto at = line.find("]("); at != std::string_view::npos; at = line.find("](", at + 1)) {
      const auto target = std::string(line.substr(at + 2, line.find(')', at) - at - 2));
      const auto folder = std::filesystem::path(page.path).parent_path();
      out.push_back((folder / target).lexically_normal().string());
    }
  }
  return out;
}

TEST(PagesTest, EveryLinkLeadsToAPageAndAHeading) {
  const auto all = pages(shipped());
  std::set<std::string> places;
  for (const auto& page : all) {
    places.insert(page.path);
    for (const auto line : text::split(page.text, '\n'))
      if (line.starts_with("#")) places.insert(page.path + "#" + anchor(line.substr(line.find(' ') + 1)));
  }

  std::vector<std::string> dead;
  std::size_t links = 0;
  for (const auto& page : all) {
    for (const auto& target : targets(page)) {
      ++links;
      if (places.count(target) == 0) dead.push_back(page.path + " → " + target);
    }
  }

  EXPECT_GT(links, 5000U);
  EXPECT_THAT(dead, IsEmpty());
}

TEST(PagesTest, EveryControlAndFrameworkHasAPageAndTheyAreModestInSize) {
  const auto catalogue = shipped();
  std::map<std::string, std::string> by_path;
  std::size_t bytes = 0;
  for (const auto& page : pages(catalogue)) {
    bytes += page.text.size();
    by_path[page.path] = page.text;
  }
  for (const auto& control : catalogue.controls) EXPECT_EQ(by_path.count(path_of(control)), 1U) << control.id;
  for (const auto& framework : catalogue.frameworks) EXPECT_EQ(by_path.count(path_of(framework)), 1U) << framework.id;
  EXPECT_LT(bytes, std::size_t{6} << 20);
}

TEST(PagesTest, AControlsPageSaysAllThatIsKnownOfIt) {
  const auto catalogue = Example().load();

  const auto page = control_page(catalogue, *catalogue.control("spo.sharing-off"), Form::Linked);

  for (const auto* part :
       {"# External sharing is switched off\n",
        "`spo.sharing-off`, [SharePoint and OneDrive](../../controls/sharepoint/README.md)", "category data, version 2",
        "Files leave the tenant with a link.", "- 6 points: likelihood 3, blast radius 2, exploited 1\n",
        "- Earned: all or nothing\n", "- On users: high. Links for outsiders stop working.\n",
        "- Effort: low, about 0.5 hours\n",
        "- [`sharing_settings`](../../tables/sharepoint.md#sharing_settings): `sharing`, `tenant_id` (graph "
        "`SharePointTenantSettings.Read.All`)\n",
        "Without `sharing_settings` the verdict is unknown.", "unknown, because no settings were returned.",
        "- SharePoint (`SHAREPOINT`), part of Office\n", "Switch it off.", R"("method":"PATCH")",
        "- example [EX.1](../../frameworks/example.md#ex1): Sharing is off\n",
        "- Microsoft Secure Score: `SharingOff`\n", "- anyone with the link: fail\n",
        "```sql\nSELECT tenant_id AS resource,"})
    EXPECT_THAT(page, HasSubstr(part));
}

TEST(PagesTest, AFrameworksPageCountsWhoAnswers) {
  Example example;
  example.add_topics();
  const auto catalogue = example.load();

  const auto page = framework_page(catalogue, *catalogue.framework("example"), Form::Linked);

  EXPECT_THAT(page,
              HasSubstr("3 requirements: 3 answered by controls, 0 by controls and a person, 0 by a person alone."));
  EXPECT_THAT(page, HasSubstr("A control that is not licensed counts as failed."));
  EXPECT_THAT(
      page,
      HasSubstr("## EX.1\n\nSharing is off (shall)\n\n- [External sharing is switched off]("
                "../controls/sharepoint/spo.sharing-off.md) (`spo.sharing-off`, 6 points)\n- nist: AC-3, AC-4\n"));
  EXPECT_THAT(framework_page(catalogue, *catalogue.framework("broad"), Form::Linked), HasSubstr("- By a person: "));
}

TEST(PagesTest, APlainPageHasNeitherLinksNorEscapes) {
  Example example;
  example.replace(Example::kControl, "why: Files leave the tenant with a link.",
                  "why: Never allow *.example or <any>.");
  const auto catalogue = example.load();
  const auto& control = *catalogue.control("spo.sharing-off");

  EXPECT_THAT(control_page(catalogue, control, Form::Linked), HasSubstr(R"(Never allow \*.example or \<any>.)"));
  const auto plain = control_page(catalogue, control, Form::Plain);
  EXPECT_THAT(plain, HasSubstr("Never allow *.example or <any>."));
  EXPECT_THAT(plain, Not(HasSubstr("](")));
}

TEST(PagesTest, ExceptionsAreThoseThatTheRuleAsksFor) {
  const auto catalogue = shipped();

  const auto page = control_page(catalogue, *catalogue.control("entra.block-legacy-auth"), Form::Linked);

  EXPECT_THAT(page, HasSubstr("of the kind `application` or `group` or `guest_type` or `user`"));
  EXPECT_THAT(page, HasSubstr("  - {control: entra.block-legacy-auth, kind: application, values: [...]"));
}

}  // namespace
}  // namespace assay::catalog
