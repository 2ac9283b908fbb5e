#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/example.h"
#include "catalog/image.h"

// Requirements that controls answer through what both are about.
namespace assay::catalog {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// What the author is told when `from` in the file reads `to`.
std::vector<std::string> problems(const std::string& file, const std::string& from, const std::string& to) {
  const Example example;
  example.add_topics();
  example.replace(file, from, to);
  return example.problems();
}

Catalogue with_topics() {
  const Example example;
  example.add_topics();
  return example.load();
}

std::vector<std::string> answering(const Catalogue& catalogue, const char* framework, std::size_t requirement) {
  std::vector<std::string> out;
  const auto& f = *catalogue.framework(framework);
  for (const auto* control : catalogue.answering(f, f.requirements.at(requirement))) out.push_back(control->id);
  return out;
}

TEST(TopicsTest, AreRead) {
  const auto catalogue = with_topics();

  ASSERT_EQ(catalogue.topics.size(), 2U);
  EXPECT_EQ(catalogue.topics[1].id, "ownership");
  EXPECT_EQ(catalogue.topics[1].title, "Ownership");
  EXPECT_EQ(catalogue.topics[1].about, "Who answers for what is there.");
  EXPECT_EQ(catalogue.topics[1].place.line, 3);
  EXPECT_EQ(catalogue.topic("ownership"), &catalogue.topics[1]);
  EXPECT_EQ(catalogue.topic("Ownership"), nullptr);
  EXPECT_THAT(catalogue.control("spo.sites-owned")->topics, ElementsAre("sharing", "ownership"));
  EXPECT_THAT(catalogue.control("spo.training")->topics, ElementsAre("ownership"));
  const auto& requirement = catalogue.framework("broad")->requirements[1];
  EXPECT_THAT(requirement.topics, ElementsAre("ownership"));
  EXPECT_EQ(requirement.manual, "Ask the owners every year.");
  EXPECT_THAT(requirement.crosswalk, IsEmpty()) << "neither names another framework";
}

TEST(TopicsTest, EveryControlOfATopicAnswersOnce) {
  const auto catalogue = with_topics();

  EXPECT_THAT(answering(catalogue, "broad", 0), ElementsAre("spo.sharing-off", "spo.sites-owned", "spo.training"))
      << "spo.sites-owned has both topics and names the requirement too";
  EXPECT_THAT(answering(catalogue, "broad", 1), ElementsAre("spo.sites-owned", "spo.training"));
  EXPECT_THAT(answering(catalogue, "broad", 2), IsEmpty());
  EXPECT_THAT(answering(catalogue, "example", 0), ElementsAre("spo.sharing-off"));
}

TEST(TopicsTest, AControlThatNamesARequirementTwiceAnswersOnce) {
  const Example example;
  example.replace(Example::kControl, "[EX.1]", "[EX.1, EX.1]");

  EXPECT_THAT(answering(example.load(), "example", 0), ElementsAre("spo.sharing-off"));
}

TEST(TopicsTest, WhatAControlAnswersByTopicIsToldApartFromWhatItNames) {
  const auto catalogue = with_topics();

  EXPECT_THAT(catalogue.answered_by_topic(*catalogue.control("spo.sites-owned")),
              ElementsAre(Pair("broad", ElementsAre("B.2"))));
  EXPECT_THAT(catalogue.answered_by_topic(*catalogue.control("spo.sharing-off")),
              ElementsAre(Pair("broad", ElementsAre("B.1"))));
}

TEST(TopicsTest, UnknownTopics) {
  EXPECT_THAT(problems(Example::kControl, "topics: [sharing]", "topics: [sharing, shareing]"),
              ElementsAre("controls/sharepoint/sharing-off.yaml:1: spo.sharing-off: unknown topic `shareing`"));
  EXPECT_THAT(problems(Example::kBroad, "topics: [ownership]", "topics: [ownership, owners]"),
              ElementsAre("frameworks/broad/framework.yaml:8: requirement `B.2`: unknown topic `owners`"));
}

TEST(TopicsTest, ATopicThatNothingUses) {
  EXPECT_THAT(problems(Example::kTopics, "topics:\n", "topics:\n  - {id: mail, title: Mail, about: Messages.}\n"),
              ElementsAre("topics.yaml:2: no control has topic `mail`"));
}

TEST(TopicsTest, AControlWithoutATopic) {
  EXPECT_THAT(problems(Example::kManual, "topics: ownership\n", ""),
              ElementsAre("controls/sharepoint/training.yaml:1: spo.training: has no topic"));
}

TEST(TopicsTest, WhatIsLaidOverABuiltInCatalogueNeedsNoTopic) {
  const Example own;
  for (const char* file :
       {Example::kControl, Example::kOwners, Example::kView, Example::kFramework, Example::kRequirements,
        Example::kSettings, Example::kSites, "tables/entra/service_plans.yaml", "licences.yaml"})
    own.remove(file);
  own.replace(Example::kManual, "id: spo.training", "id: own.training");
  std::vector<Problem> found;

  const auto built_in = make_image(with_topics()).catalogue;
  const auto catalogue = read_directories({own.path()}, found, read_image(built_in).take()).take();
  check_rules(catalogue, found);

  for (const auto& problem : found) EXPECT_TRUE(problem.place.file.empty()) << describe(problem);
}

TEST(TopicsTest, ARequirementThatNeitherAControlNorAPersonAnswers) {
  EXPECT_THAT(problems(Example::kBroad, ", manual: Write one.", ""),
              ElementsAre("frameworks/broad/framework.yaml:9: no control answers requirement `B.3`"));
}

TEST(TopicsTest, MistakesInTheirShape) {
  EXPECT_THAT(problems(Example::kTopics, "title: Sharing", "titel: Sharing"),
              ElementsAre("topics.yaml:2: unknown key `titel`", "topics.yaml:2: `title` is missing"));
  EXPECT_THAT(problems(Example::kTopics, ", about: What leaves the tenant by links.", ""),
              ElementsAre("topics.yaml:2: `about` is missing"));
  EXPECT_THAT(problems(Example::kTopics, "id: ownership", "id: sharing"),
              Contains(testing::StartsWith("topics.yaml:3: topic `sharing` is already in ")));
  EXPECT_THAT(problems(Example::kTopics, "topics:\n", "topics:\n  - mail\n"),
              ElementsAre("topics.yaml:2: must be a map"));
  EXPECT_THAT(problems(Example::kControl, "topics: [sharing]", "topics: [[sharing]]"),
              Contains("controls/sharepoint/sharing-off.yaml:42: `topics` must be a list of words"));
}

TEST(TopicsTest, AnImageKeepsThem) {
  const auto image = make_image(with_topics());

  const auto read = read_image(image.catalogue).take();

  EXPECT_EQ(make_image(read).catalogue, image.catalogue);
  EXPECT_EQ(read.topic("sharing")->about, "What leaves the tenant by links.");
  EXPECT_THAT(read.control("spo.sites-owned")->topics, ElementsAre("sharing", "ownership"));
  EXPECT_EQ(read.framework("broad")->requirements[1].manual, "Ask the owners every year.");
  EXPECT_EQ(answering(read, "broad", 0).size(), 3U);
}

TEST(TopicsTest, OneFrameworkIsReadWithTheControlsOfItsTopics) {
  const Example example;
  example.add_topics();
  example.replace(Example::kBroad, "topics: [sharing, ownership]", "topics: [sharing]");
  const auto image = make_image(example.load()).catalogue;

  const auto broad = read_image(image, "broad").take();
  const auto precise = read_image(image, "example").take();

  EXPECT_EQ(answering(broad, "broad", 0).size(), 2U);
  EXPECT_EQ(answering(broad, "broad", 1).size(), 2U);
  EXPECT_EQ(broad.frameworks.size(), 1U);
  EXPECT_EQ(broad.topics.size(), 2U);
  EXPECT_NE(broad.table("sites"), nullptr) << "what those controls read";
  EXPECT_THAT(precise.topics, IsEmpty());
  EXPECT_EQ(precise.controls.size(), 3U);
  for (const auto& control : precise.controls) EXPECT_THAT(control.topics, IsEmpty()) << control.id;
}

}  // namespace
}  // namespace assay::catalog
