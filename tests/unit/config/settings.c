/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <execz/config.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static void
note(void *user, const execz_setting_info *setting)
{
    g_string_append_printf(user, "[%s] %s%s%s%s\n", setting->section, setting->key,
                           setting->written != NULL ? "=" : " left to ",
                           setting->value == NULL ? "nothing" : setting->value,
                           setting->reloadable ? "" : " (needs a restart)");
}

static char *
settings_in(const char *text)
{
    g_autofree char *directory = enter_directory();
    g_autoptr(GString) told = g_string_new(NULL);

    write_file("t.conf", text);
    cr_expect(eq(int, execz_config_list_settings("t.conf", note, told, NULL), EXECZ_OK));
    leave_directory(directory);
    return g_strdup(told->str);
}

Test(settings, all_but_those_of_tasks_are_told_as_they_were_written)
{
    g_autofree char *told = settings_in("[scheduler]\ntimezone = Asia/Tokyo\n"
                                        "[defaults]\ncoalesce = no\n"
                                        "[store:default]\ntype = sqlite\nretain_age = 5d\n"
                                        "[task:a]\nevery = 1h\nshell = true\n");

    cr_expect(eq(str, told,
                 (char *)"[scheduler] timezone=Asia/Tokyo (needs a restart)\n"
                         "[defaults] coalesce=no (needs a restart)\n"
                         "[store:default] type=sqlite (needs a restart)\n"
                         "[store:default] retain_age=5d (needs a restart)\n"));
}

Test(settings, an_option_of_an_executor_is_reloadable_if_its_plugin_says_so)
{
    g_autofree char *told =
        settings_in("scheduler.plugin_path = " EXECZ_TEST_CONFIG_PLUGIN_DIR "\n"
                    "executors.cpu.type = good\nexecutors.cpu.max_workers = 3\n");

    cr_expect(strstr(told, "\n[executor:cpu] type=good\n") != NULL, "%s", told);
    cr_expect(strstr(told, "\n[executor:cpu] max_workers=3 (needs a restart)\n") != NULL, "%s",
              told);
}

Test(settings, what_an_executor_could_have_is_told_as_not_written)
{
    g_autofree char *told = settings_in("scheduler.plugin_path = " EXECZ_TEST_CONFIG_PLUGIN_DIR "\n"
                                        "executors.cpu.type = good\nexecutors.cpu.grace = 3s\n");

    cr_expect(strstr(told, "\n[executor:cpu] grace=3s (needs a restart)\n") != NULL, "%s", told);
    cr_expect(strstr(told, "\n[executor:cpu] max_workers left to 10 (needs a restart)\n") != NULL,
              "%s", told);
}

Test(settings, a_file_that_cannot_be_read_is_an_error)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(
        eq(int, execz_config_list_settings("/nonexistent.conf", note, NULL, &err), EXECZ_E_IO));
    cr_expect(strstr(err.message, "/nonexistent.conf") != NULL, "%s", err.message);
}
