// What is handed to the awaited call: temporaries, lambdas, aggregates, initializer lists.
#include "canary.h"

namespace portico::canary {
namespace {

Task<int> whole_statement_lvalue() {
  Tracked value(7);
  auto result = co_await take(value);
  co_return result;
}
TEST_F(Canary, WholeStatementLvalue) { EXPECT_EQ(run(whole_statement_lvalue()), 7); }

Task<int> moved_argument() {
  Tracked value(8);
  auto result = co_await take(std::move(value));
  co_return result;
}
TEST_F(Canary, MovedArgument) { EXPECT_EQ(run(moved_argument()), 8); }

Task<int> temporary_argument() { co_return co_await take(Tracked(9)); }
TEST_F(Canary, TemporaryArgument) { EXPECT_EQ(run(temporary_argument()), 9); }

Task<int> temporary_bound_to_reference() { co_return co_await take_reference(Tracked(10)); }
TEST_F(Canary, TemporaryBoundToReference) { EXPECT_EQ(run(temporary_bound_to_reference()), 10); }

Task<int> move_only_argument() { co_return co_await take_move_only(MoveOnly(11)); }
TEST_F(Canary, MoveOnlyArgument) { EXPECT_EQ(run(move_only_argument()), 11); }

Task<int> lambda_argument() {
  Tracked captured(12);
  auto result = co_await call([captured] { return captured.value(); });
  co_return result;
}
TEST_F(Canary, LambdaArgument) { EXPECT_EQ(run(lambda_argument()), 12); }

Task<int> lambda_moved_capture() {
  MoveOnly captured(13);
  co_return co_await call([inner = std::move(captured)] { return inner.value(); });
}
TEST_F(Canary, LambdaWithMoveOnlyCapture) { EXPECT_EQ(run(lambda_moved_capture()), 13); }

Task<int> function_temporary() {
  Tracked captured(14);
  co_return co_await call_any([captured] { return captured.value(); });
}
TEST_F(Canary, LambdaThroughStdFunction) { EXPECT_EQ(run(function_temporary()), 14); }

Task<int> function_explicit_temporary() {
  Tracked captured(15);
  co_return co_await call_any(std::function<int()>([captured] { return captured.value(); }));
}
TEST_F(Canary, ExplicitStdFunctionTemporary) { EXPECT_EQ(run(function_explicit_temporary()), 15); }

Task<int> named_lambda() {
  Tracked captured(16);
  auto function = [captured] { return captured.value(); };
  co_return co_await call(function);
}
TEST_F(Canary, NamedLambda) { EXPECT_EQ(run(named_lambda()), 16); }

Task<int> aggregate_argument() { co_return co_await take_pair(Pair{Tracked(17), 1}); }
TEST_F(Canary, AggregateArgument) { EXPECT_EQ(run(aggregate_argument()), 18); }

Task<int> braces_without_type() { co_return co_await take_pair({Tracked(18), 2}); }
TEST_F(Canary, AggregateFromBraces) { EXPECT_EQ(run(braces_without_type()), 20); }

Task<int> designated_initializers() {
  co_return co_await take_options({.label = Tracked(19), .retries = 1});
}
TEST_F(Canary, DesignatedInitializers) { EXPECT_EQ(run(designated_initializers()), 20); }

Task<int> default_members() { co_return co_await take_options(Options{}); }
TEST_F(Canary, AggregateOfDefaults) { EXPECT_EQ(run(default_members()), 4); }

Task<int> initializer_list_of_strings() {
  co_return co_await take_strings({"a", "a string too long for the small buffer of one"});
}
TEST_F(Canary, InitializerListOfStrings) { EXPECT_EQ(run(initializer_list_of_strings()), 2); }

Task<int> initializer_list_of_tracked() {
  co_return co_await take_vector({Tracked(1), Tracked(2), Tracked(3)});
}
TEST_F(Canary, InitializerListOfObjects) { EXPECT_EQ(run(initializer_list_of_tracked()), 6); }

Task<int> nested_await_argument() { co_return co_await take(co_await tracked(21)); }
TEST_F(Canary, AwaitInsideArgument) { EXPECT_EQ(run(nested_await_argument()), 21); }

Task<int> two_temporaries(Tracked a, Tracked b) {
  co_await pause();
  co_return a.value() * 100 + b.value();
}
Task<int> two_awaits_in_arguments() {
  co_return co_await two_temporaries(co_await tracked(3), co_await tracked(4));
}
TEST_F(Canary, TwoAwaitsInArguments) { EXPECT_EQ(run(two_awaits_in_arguments()), 304); }

Task<int> conversion_in_argument() {
  std::string name = "abc";
  co_return static_cast<int>((co_await text(name + std::string(60, 'x'))).size());
}
TEST_F(Canary, ConcatenationInArgument) { EXPECT_EQ(run(conversion_in_argument()), 63); }

}  // namespace
}  // namespace portico::canary
