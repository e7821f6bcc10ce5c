#pragma once
// PORTICO_FOR_EACH(macro, a, b, c) expands to macro(a) macro(b) macro(c); up to 80 arguments. Lets
// a message's fields be listed once for both directions of the conversion in wire.h.

#define PORTICO_FOR_EACH(macro, ...) \
  __VA_OPT__(PORTICO_EXPAND(PORTICO_FOR_EACH_STEP(macro, __VA_ARGS__)))
#define PORTICO_FOR_EACH_STEP(macro, first, ...) \
  macro(first) __VA_OPT__(PORTICO_FOR_EACH_AGAIN PORTICO_PARENS(macro, __VA_ARGS__))
#define PORTICO_FOR_EACH_AGAIN() PORTICO_FOR_EACH_STEP
#define PORTICO_PARENS ()

#define PORTICO_EXPAND(...) PORTICO_EXPAND_4(PORTICO_EXPAND_4(PORTICO_EXPAND_4(__VA_ARGS__)))
#define PORTICO_EXPAND_4(...) PORTICO_EXPAND_3(PORTICO_EXPAND_3(PORTICO_EXPAND_3(__VA_ARGS__)))
#define PORTICO_EXPAND_3(...) PORTICO_EXPAND_2(PORTICO_EXPAND_2(PORTICO_EXPAND_2(__VA_ARGS__)))
#define PORTICO_EXPAND_2(...) PORTICO_EXPAND_1(PORTICO_EXPAND_1(PORTICO_EXPAND_1(__VA_ARGS__)))
#define PORTICO_EXPAND_1(...) __VA_ARGS__
