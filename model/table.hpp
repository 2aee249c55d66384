#pragma once
// A sorted map in copy-on-write pages: a copy is a handful of pointers, a change copies one page if it is shared.
// Replicas, views and what-if rest on cheap copies of a whole project's state.

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace daybook::model {

// Key: a value type with <=>. Row: a copyable value.
//
// Threading: a Table is confined to one thread at a time, but copies may live on different threads: pages are shared
//            and never changed while shared.
// Cost:      find O(log n); change O(log n + n/64), plus one page's copy (about 64 rows) when it is shared; copy O(n/64).
template <typename Key, typename Row>
class Table {
 public:
  using Entry = std::pair<Key, Row>;

 private:
  static constexpr std::size_t kPageRowsMax = 96;
  struct Page {
    std::vector<Entry> entries;  // sorted, never empty
  };

 public:
  class Iterator {
   public:
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    const Entry& operator*() const { return table_->pages_[page_]->entries[row_]; }
    const Entry* operator->() const { return &**this; }
    Iterator& operator++() {
      if (++row_ == table_->pages_[page_]->entries.size()) {
        ++page_;
        row_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      auto before = *this;
      ++*this;
      return before;
    }
    // Requires: not begin().
    Iterator& operator--() {
      if (row_ == 0) row_ = table_->pages_[--page_]->entries.size();
      --row_;
      return *this;
    }
    bool operator==(const Iterator& other) const {
      return page_ == other.page_ && row_ == other.row_;
    }

   private:
    friend class Table;
    Iterator(const Table* table, std::size_t page, std::size_t row)
        : table_(table), page_(page), row_(row) {}
    const Table* table_ = nullptr;
    std::size_t page_ = 0;
    std::size_t row_ = 0;
  };

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] Iterator begin() const { return {this, 0, 0}; }
  [[nodiscard]] Iterator end() const { return {this, pages_.size(), 0}; }

  // The first entry whose key is not below `key`.
  [[nodiscard]] Iterator lower_bound(const Key& key) const {
    const auto page = page_for(key);
    if (page == pages_.size()) return end();
    return {this, page, row_for(*pages_[page], key)};
  }

  // nullptr: not there. Valid until the next change of this table.
  [[nodiscard]] const Row* find(const Key& key) const {
    const auto at = lower_bound(key);
    if (at == end() || at->first != key) return nullptr;
    return &at->second;
  }
  [[nodiscard]] bool contains(const Key& key) const { return find(key) != nullptr; }

  // The row to change in place; nullptr: not there.
  [[nodiscard]] Row* edit(const Key& key) {
    const auto page = page_for(key);
    if (page == pages_.size()) return nullptr;
    const auto row = row_for(*pages_[page], key);
    if (pages_[page]->entries[row].first != key) return nullptr;
    return &own(page).entries[row].second;
  }

  // The row under the key, made by default if it is not there.
  Row& at_or_new(const Key& key) {
    if (Row* row = edit(key)) return *row;
    auto page = page_for(key);
    if (page == pages_.size()) {
      if (pages_.empty()) {
        pages_.push_back(std::make_shared<Page>());
      }
      page = pages_.size() - 1;
    }
    if (pages_[page]->entries.size() >= kPageRowsMax) {
      split(page, page + 1 == pages_.size());
      if (pages_[page]->entries.back().first < key) ++page;
    }
    auto& entries = own(page).entries;
    const auto at = std::lower_bound(entries.begin(), entries.end(), key, before);
    ++size_;
    return entries.emplace(at, key, Row{})->second;
  }
  void set(const Key& key, Row row) { at_or_new(key) = std::move(row); }

  // False: it was not there.
  bool erase(const Key& key) {
    const auto page = page_for(key);
    if (page == pages_.size()) return false;
    const auto row = row_for(*pages_[page], key);
    if (pages_[page]->entries[row].first != key) return false;
    auto& entries = own(page).entries;
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(row));
    if (entries.empty()) pages_.erase(pages_.begin() + static_cast<std::ptrdiff_t>(page));
    --size_;
    return true;
  }

 private:
  static bool before(const Entry& entry, const Key& key) { return entry.first < key; }

  // The first page whose last key is not below `key`.
  [[nodiscard]] std::size_t page_for(const Key& key) const {
    const auto at = std::lower_bound(
        pages_.begin(), pages_.end(), key,
        [](const auto& page, const Key& k) { return page->entries.back().first < k; });
    return static_cast<std::size_t>(at - pages_.begin());
  }
  [[nodiscard]] static std::size_t row_for(const Page& page, const Key& key) {
    const auto at = std::lower_bound(page.entries.begin(), page.entries.end(), key, before);
    return static_cast<std::size_t>(at - page.entries.begin());
  }

  // The page, copied first if another table shares it.
  Page& own(std::size_t page) {
    auto& pointer = pages_[page];
    if (pointer.use_count() != 1) {
      pointer = std::make_shared<Page>(*pointer);
    } else {
      // Pairs with the release of whoever dropped the last other reference on another thread.
      std::atomic_thread_fence(std::memory_order_acquire);
    }
    return *pointer;
  }

  // Keys that come in rising order fill pages to the brim; others split in the middle.
  void split(std::size_t page, bool last) {
    auto& entries = own(page).entries;
    const auto keep = static_cast<std::ptrdiff_t>(last ? entries.size() - entries.size() / 8
                                                       : entries.size() / 2);
    auto upper = std::make_shared<Page>();
    upper->entries.assign(std::make_move_iterator(entries.begin() + keep),
                          std::make_move_iterator(entries.end()));
    entries.erase(entries.begin() + keep, entries.end());
    pages_.insert(pages_.begin() + static_cast<std::ptrdiff_t>(page) + 1, std::move(upper));
  }

  std::vector<std::shared_ptr<Page>> pages_;
  std::size_t size_ = 0;
};

}  // namespace daybook::model
