#pragma once

#include "sim/tenant/world.h"

namespace assay::sim {

// Computers and phones: one computer for each member of staff, a phone for two of five. The first of them are the ones
// that Intune manages and Defender for Endpoint watches; how many depends on the posture.
class Devices {
 public:
  explicit Devices(WorldPtr world);
  std::size_t computers() const { return world_->people.staff(); }
  std::size_t phones() const { return world_->people.staff() * 2 / 5; }
  std::size_t size() const { return computers() + phones(); }
  std::size_t managed() const { return managed_computers_ + managed_phones_; }
  std::size_t managed_device(std::size_t n) const;         // device number
  std::size_t managed_position(std::size_t device) const;  // the reverse
  std::size_t machines() const { return machines_; }       // Defender's; device numbers from 0

  bool is_phone(std::size_t device) const { return device >= computers(); }
  bool is_mac(std::size_t device) const;
  bool is_managed(std::size_t device) const;
  bool compliant(std::size_t device) const;
  std::size_t owner(std::size_t device) const;  // the account's index
  std::string name(std::size_t device) const;
  std::string system(std::size_t device) const;  // Windows MacMDM iOS Android
  std::string version(std::size_t device) const;
  int last_seen(std::size_t device) const;  // day

  std::string object_id(std::size_t device) const { return world_->seed.guid("device object", device); }
  std::string device_id(std::size_t device) const { return world_->seed.guid("device", device); }
  Json object(std::size_t device) const;          // Graph `devices`
  Json managed_object(std::size_t device) const;  // Graph `deviceManagement/managedDevices`
  Json machine_object(std::size_t device) const;  // Defender `machines`
  Json assessment(std::size_t index) const;       // Defender: one configuration of one machine
  std::size_t assessments() const;
  const WorldPtr& world() const { return world_; }

 private:
  WorldPtr world_;
  std::size_t managed_computers_ = 0, managed_phones_ = 0, machines_ = 0;
};

using DevicesPtr = std::shared_ptr<const Devices>;

void add_devices(Registry& registry, const DevicesPtr& devices);

}  // namespace assay::sim
