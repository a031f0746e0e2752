/* SPDX-License-Identifier: MIT */
/* What does not fit into the ring crosses all the same. */
#include "harness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(large, .fini = close_pool);

/* {"text": "aaa..."} of so many bytes. */
static char *
object_of(size_t length)
{
    static const char head[] = "{\"text\": \"";
    char *text = malloc(length + 1);

    for (size_t i = 0; i < length; i++) {
        text[i] = i + 2 == length ? '"' : i + 1 == length ? '}' : (char)('a' + i % 23);
    }
    text[length] = '\0';
    memcpy(text, head, sizeof head - 1);
    return text;
}

static void
expect_crossing(size_t length)
{
    char *args = object_of(length);
    uint64_t sum = 0;
    char expected[64];

    for (size_t i = 0; i < length; i++) {
        sum = sum * 31 + (unsigned char)args[i];
    }
    (void)snprintf(expected, sizeof expected, "[%zu, %llu]", length,
                   (unsigned long long)(sum % 1000000007));
    cr_expect(eq(str, call("pool_bodies:length", args)->value, expected));
    free(args);
}

Test(large, arguments_of_all_sizes_cross)
{
    static const size_t lengths[] = {20,    200,   400,   500,   512,     1000,          60000,
                                     65000, 65536, 66000, 70000, 1 << 20, (1 << 20) + 1, 5000000};

    open_pool("max_workers", "1", NULL);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        expect_crossing(lengths[i]);
    }
}

Test(large, sixty_four_mebibytes_of_arguments_cross)
{
    open_pool("max_workers", "1", NULL);
    expect_crossing((size_t)64 << 20);
    expect_crossing((size_t)64 << 20);
    expect_crossing(100);
}

static void
expect_result(size_t length)
{
    char args[64];

    (void)snprintf(args, sizeof args, "{\"length\": %zu}", length);
    const ended *end = call("pool_bodies:blob", args);

    cr_assert(eq(u32, end->outcome, EXECZ_OUTCOME_OK), "%s", end->message);
    cr_expect(
        all(eq(sz, end->value_length, length), eq(sz, strspn(end->value + 1, "x"), length - 2)));
}

Test(large, results_of_all_sizes_cross)
{
    static const size_t lengths[] = {2,     100,   60000,   65535,         65536,
                                     65537, 70000, 1 << 20, (1 << 20) + 1, 16 << 20};

    open_pool("max_workers", "1", NULL);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        expect_result(lengths[i]);
    }
}

Test(large, sixty_four_mebibytes_of_output_cross)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    open_pool("max_workers", "1", NULL);
    spec.shell = "head -c 67108864 /dev/zero | tr '\\0' x";
    spec.output_limit = 64 << 20;
    add_spec("speaks", &spec);
    run_task("speaks");
    const ended *end = await_ends("speaks", 1);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_OK),
                  eq(sz, strlen(end->output), (size_t)64 << 20)));
}

Test(large, many_results_do_not_fill_the_ring_for_ever)
{
    open_pool("max_workers", "2", NULL);
    add_function("blob", "pool_bodies:blob", "{\"length\": 60000}");
    for (int i = 0; i < 200; i++) {
        run_task("blob");
    }
    cr_expect(eq(u32, await_ends("blob", 200)->outcome, EXECZ_OUTCOME_OK));
}

Test(large, a_worker_that_dies_with_large_arguments_is_replaced)
{
    char *args = object_of((size_t)8 << 20);

    memcpy(args, "{\"how\":\"kill\",\"text\":\"", 22);
    open_pool("max_workers", "1", NULL);
    cr_expect(eq(u32, call("pool_bodies:crash", args)->outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(eq(u32, call("pool_bodies:length", args)->outcome, EXECZ_OUTCOME_OK));
    free(args);
}
