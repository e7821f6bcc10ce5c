// Where the await stands: in initialisers, conditions, ternaries, switches, comparisons, returns.
#include "canary.h"

namespace portico::canary {
namespace {

Task<int> in_braces() {
  Pair value{co_await tracked(5), 3};
  co_return value.first.value() + value.second;
}
TEST_F(Canary, AwaitInAggregate) { EXPECT_EQ(run(in_braces()), 8); }

Task<int> member_in_braces() {
  Pair value = Pair{(co_await pair(5)).first, 3};
  co_return value.first.value() + value.second;
}
TEST_F(Canary, MemberOfAwaitInAggregate) { EXPECT_EQ(run(member_in_braces()), 8); }

Task<int> vector_of_awaits() {
  std::vector<Tracked> values{co_await tracked(1), co_await tracked(2)};
  co_return static_cast<int>(values.size()) * 10 + values[1].value();
}
TEST_F(Canary, VectorOfAwaits) { EXPECT_EQ(run(vector_of_awaits()), 22); }

Task<int> structured_binding() {
  auto [first, second] = co_await pair(6);
  co_return first.value() + second;
}
TEST_F(Canary, StructuredBinding) { EXPECT_EQ(run(structured_binding()), 13); }

Task<int> ternary(bool yes) {
  Tracked value = yes ? co_await tracked(7) : Tracked(70);
  co_return value.value();
}
TEST_F(Canary, TernaryTrue) { EXPECT_EQ(run(ternary(true)), 7); }
TEST_F(Canary, TernaryFalse) { EXPECT_EQ(run(ternary(false)), 70); }

Task<int> ternary_both(bool yes) {
  co_return (yes ? co_await tracked(8) : co_await tracked(80)).value();
}
TEST_F(Canary, TernaryOfTwoAwaits) { EXPECT_EQ(run(ternary_both(false)), 80); }

Task<int> ternary_condition() {
  Tracked value = (co_await number(1)) == 1 ? Tracked(9) : Tracked(90);
  co_return value.value();
}
TEST_F(Canary, AwaitInTernaryCondition) { EXPECT_EQ(run(ternary_condition()), 9); }

Task<int> condition_with_temporaries() {
  if ((co_await text(std::string(50, 'y'))).size() == 50) co_return 1;
  co_return 0;
}
TEST_F(Canary, TemporariesInCondition) { EXPECT_EQ(run(condition_with_temporaries()), 1); }

Task<int> if_with_initialiser() {
  if (auto value = co_await tracked(10); value.value() == 10) co_return value.value();
  co_return 0;
}
TEST_F(Canary, IfWithInitialiser) { EXPECT_EQ(run(if_with_initialiser()), 10); }

Task<int> switch_on_await() {
  switch (co_await number(2)) {
    case 1:
      co_return 100;
    case 2: {
      Tracked inside(20);
      co_await pause();
      co_return inside.value();
    }
    default:
      co_return 300;
  }
}
TEST_F(Canary, SwitchOnAwait) { EXPECT_EQ(run(switch_on_await()), 20); }

Task<bool> count_down(int& left) {
  co_await pause();
  co_return --left > 0;
}
Task<int> while_condition() {
  int left = 5;
  int rounds = 0;
  while (co_await count_down(left)) ++rounds;
  co_return rounds;
}
TEST_F(Canary, WhileOnAwait) { EXPECT_EQ(run(while_condition()), 4); }

Task<int> empty_while() {
  int left = 5;
  while (co_await count_down(left)) {
  }
  co_return left;
}
TEST_F(Canary, EmptyWhileOnAwait) { EXPECT_EQ(run(empty_while()), 0); }

Task<int> do_while() {
  int left = 3;
  int rounds = 0;
  do {
    Tracked inside(rounds);
    ++rounds;
  } while (co_await count_down(left));
  co_return rounds;
}
TEST_F(Canary, DoWhileOnAwait) { EXPECT_EQ(run(do_while()), 3); }

Task<int> for_header() {
  int sum = 0;
  for (int i = co_await number(1); i < co_await number(4); i += co_await number(1)) sum += i;
  co_return sum;
}
TEST_F(Canary, ForHeader) { EXPECT_EQ(run(for_header()), 6); }

Task<std::vector<Tracked>> several() {
  co_await pause();
  std::vector<Tracked> values;
  for (int i = 0; i < 4; ++i) values.emplace_back(i);
  co_return values;
}
Task<int> range_for() {
  int sum = 0;
  for (const Tracked& value : co_await several()) {
    co_await pause();
    sum += value.value();
  }
  co_return sum;
}
TEST_F(Canary, RangeForOverAwait) { EXPECT_EQ(run(range_for()), 6); }

Task<int> sum_of_awaits() {
  co_return (co_await number(1)) + (co_await number(2)) * (co_await number(3));
}
TEST_F(Canary, SumOfAwaits) { EXPECT_EQ(run(sum_of_awaits()), 7); }

Task<int> comparison() { co_return (co_await tracked(4)) == (co_await tracked(4)) ? 1 : 0; }
TEST_F(Canary, ComparisonOfAwaits) { EXPECT_EQ(run(comparison()), 1); }

Task<int> short_circuit() {
  int left = 1;
  bool both = co_await count_down(left) && co_await count_down(left);
  co_return both ? -1 : left;
}
TEST_F(Canary, ShortCircuit) { EXPECT_EQ(run(short_circuit()), 0); }

Task<int> chained_call() { co_return static_cast<int>((co_await tracked(3)).size()); }
TEST_F(Canary, MemberCallOnAwait) { EXPECT_EQ(run(chained_call()), 40); }

Task<int> assignment() {
  Tracked value(1);
  value = co_await tracked(2);
  co_return value.value();
}
TEST_F(Canary, AssignmentFromAwait) { EXPECT_EQ(run(assignment()), 2); }

Task<int> const_reference() {
  const Tracked& value = co_await tracked(3);
  co_await pause();
  co_return value.value();
}
TEST_F(Canary, ReferenceExtendsLifetime) { EXPECT_EQ(run(const_reference()), 3); }

Task<int> discarded() {
  (void)co_await tracked(3);
  co_await tracked(4);
  co_return 5;
}
TEST_F(Canary, DiscardedResult) { EXPECT_EQ(run(discarded()), 5); }

Task<int> comma() { co_return (co_await number(1), co_await number(2)); }
TEST_F(Canary, Comma) { EXPECT_EQ(run(comma()), 2); }

}  // namespace
}  // namespace portico::canary
