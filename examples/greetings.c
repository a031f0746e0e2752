/* SPDX-License-Identifier: MIT */
/* A function module: tasks name its functions greetings:hello, greetings:add and so on. */
#include <execz/function.h>

#include <stdio.h>

EXECZ_MODULE("greetings", "1.0.0");

EXECZ_FUNCTION(hello, "Greets somebody; argument: who")
{
    char text[200];

    snprintf(text, sizeof text, "hello, %s", execz_arg_string(call, "who", "world"));
    return execz_return_text(call, text);
}

EXECZ_FUNCTION(add, "Adds two whole numbers; arguments: a, b")
{
    int64_t a = execz_arg_int(call, "a", 0);
    int64_t b = execz_arg_int(call, "b", 0);
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum)) {
        return execz_fail(call, "the sum does not fit into 64 bits");
    }
    return execz_return(call, "%lld", (long long)sum);
}

EXECZ_FUNCTION(fail, "Fails; argument: why")
{
    return execz_fail(call, "%s", execz_arg_string(call, "why", "it was asked to"));
}

/* Waits only through execz_sleep(): an event loop runs thousands of these on one thread. */
EXECZ_COROUTINE(nap, "Sleeps; argument: milliseconds")
{
    int64_t milliseconds = execz_arg_int(call, "milliseconds", 100);

    if (execz_sleep(call, milliseconds * EXECZ_MILLISECOND) < 0) {
        return execz_fail(call, "woken after less than %lld ms", (long long)milliseconds);
    }
    return execz_return(call, "{\"slept\": %lld}", (long long)milliseconds);
}
