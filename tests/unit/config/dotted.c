/* SPDX-License-Identifier: MIT */
#include "config/dotted.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(dotted, dotted_keys_name_their_section)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, "executors.default.type = threadpool\ntasks.\"a.b\".env.PATH = /bin\n"
                  "defaults.max_instances = 3\n[task:x]\nscheduler.timezone = UTC\nevery = 1s\n");
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(str, value(&f, "executor", "default", "type"), (char *)"threadpool"));
    cr_expect(eq(str, value(&f, "task", "a.b", "env.PATH"), (char *)"/bin"));
    cr_expect(eq(str, value(&f, "defaults", NULL, "max_instances"), (char *)"3"));
    cr_expect(eq(str, value(&f, "scheduler", NULL, "timezone"), (char *)"UTC"));
    cr_expect(eq(str, value(&f, "task", "x", "every"), (char *)"1s"));
    cr_expect(eq(uint, entry(&f, "executor", "default", "type")->setting.key_place.column, 19));
}

Test(dotted, a_header_after_a_dotted_key_is_the_same_section)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, "executors.a.type = debug\n[executor:a]\nmax_workers = 1\n");
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(sz, f.document->sections->len, 1));
    cr_expect(eq(uint, ez_document_find(f.document, "executor", "a")->place.line, 2));
}

Test(dotted, incomplete_dotted_keys_say_how_they_are_written)
{
    expect_problems("tasks.a = 1\ntasks.\"a.every = 1\nscheduler. = x\ntask.a.every = 5s\n",
                    "t.conf:1:1: 'tasks.a': a dotted key has three parts; write tasks.NAME.KEY = "
                    "value [C118]\n"
                    "t.conf:2:1: 'tasks.\"a.every': the quoted name has no closing '\"'; write "
                    "tasks.\"a.every\".KEY [C118]\n"
                    "t.conf:3:1: 'scheduler.': the key is missing; write scheduler.KEY = value "
                    "[C118]\n"
                    "t.conf:4:1: 'task.a.every' stands outside of a section; did you mean "
                    "\"tasks.\"? [C109]");
}
