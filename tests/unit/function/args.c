/* SPDX-License-Identifier: MIT */
#include "function/args.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static execz_task
task_with(const char *args)
{
    return (execz_task){.args = args, .args_length = args == NULL ? 0 : strlen(args)};
}

Test(args, none_are_an_empty_object)
{
    execz_task task = task_with(NULL);
    const json_t *value = NULL;
    uint64_t length;
    ez_args args;

    ez_args_init(&args, &task);
    cr_expect(eq(str, (char *)ez_args_text(&args, &length), (char *)"{}"));
    cr_expect(all(eq(u64, length, 2), ez_args_are_none(&task), ez_args_parse(&args)));
    cr_expect(eq(int, ez_args_find(&args, "a", EZ_ARG_TEXT, "a text", &value), EXECZ_E_NOT_FOUND));
    cr_expect(args.error == NULL);
    ez_args_deinit(&args);
}

Test(args, the_first_mistake_is_kept)
{
    execz_task task = task_with("{\"a\": 1, \"b\": \"x\"}");
    const json_t *value = NULL;
    ez_args args;

    ez_args_init(&args, &task);
    cr_expect(eq(int, ez_args_find(&args, "a", EZ_ARG_TEXT, "a text", &value), EXECZ_E_INVAL));
    cr_expect(eq(int, ez_args_find(&args, "b", EZ_ARG_NUMBER, "a number", &value), EXECZ_E_INVAL));
    cr_expect(eq(str, args.error, (char *)"argument 'a' must be a text, not a whole number"));
    ez_args_deinit(&args);
}

Test(args, what_is_no_object_has_no_argument_and_tells_why)
{
    execz_task task = task_with("[1]");
    const json_t *value = NULL;
    ez_args args;

    ez_args_init(&args, &task);
    cr_expect(not(ez_args_parse(&args)));
    cr_expect(eq(int, ez_args_find(&args, "a", EZ_ARG_TEXT, "a text", &value), EXECZ_E_INVAL));
    cr_expect(strstr(args.error, "must be a JSON object") != NULL, "%s", args.error);
    ez_args_deinit(&args);
}

Test(args, other_content_is_left_to_the_function)
{
    execz_task task = task_with("not json");
    ez_args args;

    task.content_type = "text/plain";
    ez_args_init(&args, &task);
    cr_expect(eq(str, (char *)ez_args_text(&args, NULL), (char *)"not json"));
    cr_expect(not(ez_args_are_none(&task)));
    ez_args_deinit(&args);
}
