/* SPDX-License-Identifier: MIT */
#include "function/module.h"

#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static execz_status
do_nothing(execz_call *call)
{
    (void)call;
    return EXECZ_OK;
}

static execz_function
function(const char *name)
{
    return (execz_function){
        .size = sizeof(execz_function),
        .kind = EXECZ_TASK_FUNCTION,
        .name = name,
        .call = do_nothing,
    };
}

/* Of one function, which must not do. */
static void
expect_bad_function(const execz_function *only, const char *words)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(zero(ptr, ez_function_module_new("mine", &only, 1, &err)));
    cr_expect(eq(str, err.code, (char *)"F103"));
    cr_expect(strstr(err.message, words) != NULL, "%s", err.message);
}

static ez_function_module *
load(const char *path, const char *name, execz_error *err)
{
    g_autoptr(ez_image) image = ez_image_open(path, err);

    return image == NULL ? NULL : ez_function_module_load(image, name, err);
}

static void
expect_bad_file(const char *name, const char *code, const char *words)
{
    g_autofree char *path = g_strdup_printf(EXECZ_TEST_FUNCTIONS "/%s.so", name);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(zero(ptr, load(path, name, &err)));
    cr_expect(eq(str, err.code, (char *)code));
    cr_expect(strstr(err.message, words) != NULL, "%s", err.message);
    cr_expect(strstr(err.message, path) != NULL, "%s", err.message);
}

Test(module, a_program_makes_one_of_its_own_functions)
{
    const execz_function one = function("one"), two = function("two");
    const execz_function *const both[] = {&one, &two};
    g_autoptr(ez_function_module) module = ez_function_module_new("mine", both, 2, NULL);

    cr_assert(not(zero(ptr, module)));
    cr_expect(eq(str, (char *)ez_function_module_name(module), (char *)"mine"));
    cr_expect(zero(ptr, (void *)ez_function_module_path(module)));
    cr_expect(eq(ptr, (void *)ez_function_module_find(module, "two", NULL), (void *)&two));
}

Test(module, an_unknown_function_is_answered_with_the_nearest_and_all_names)
{
    const execz_function one = function("one"), two = function("two");
    const execz_function *const both[] = {&two, &one};
    g_autoptr(ez_function_module) module = ez_function_module_new("mine", both, 2, NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(zero(ptr, (void *)ez_function_module_find(module, "twoo", &err)));
    cr_expect(all(eq(int, err.status, EXECZ_E_NOT_FOUND), eq(str, err.code, (char *)"F102")));
    cr_expect(eq(str, err.message,
                 (char *)"module 'mine' (registered by the program) has no function 'twoo'; did "
                         "you mean \"two\"?; it has: one, two"));
}

Test(module, may_have_no_function)
{
    g_autoptr(ez_function_module) module = ez_function_module_new("mine", NULL, 0, NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(not(zero(ptr, module)));
    cr_expect(zero(ptr, (void *)ez_function_module_find(module, "one", &err)));
    cr_expect(g_str_has_suffix(err.message, "it has: none"), "%s", err.message);
}

Test(module, two_functions_of_one_name_are_refused)
{
    const execz_function first = function("same"), second = function("same");
    const execz_function *const both[] = {&first, &second};
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(zero(ptr, ez_function_module_new("mine", both, 2, &err)));
    cr_expect(
        eq(str, err.message, (char *)"module 'mine' has two functions called 'same'; rename one"));
}

Test(module, a_function_without_a_name_is_refused)
{
    const execz_function nameless = function("");

    expect_bad_function(&nameless, "incomplete function");
}

Test(module, a_function_without_code_is_refused)
{
    execz_function hollow = function("hollow");

    hollow.call = NULL;
    expect_bad_function(&hollow, "incomplete function");
}

Test(module, a_function_from_before_the_first_version_is_refused)
{
    execz_function shorter = function("shorter");

    shorter.size -= 8;
    expect_bad_function(&shorter, "incomplete function");
}

Test(module, a_function_of_a_kind_that_cannot_be_called_is_refused)
{
    execz_function command = function("command");

    command.kind = EXECZ_TASK_COMMAND;
    expect_bad_function(&command, "function 'mine:command' has kind");
}

Test(module, a_file_is_loaded_under_its_name)
{
    const char *path = EXECZ_TEST_FUNCTIONS "/sample.so";
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_function_module) module = load(path, "sample", &err);

    cr_assert(not(zero(ptr, module)), "%s", err.message);
    cr_expect(eq(str, (char *)ez_function_module_path(module), (char *)path));
    cr_expect(not(zero(ptr, (void *)ez_function_module_find(module, "echo", NULL))));
}

Test(module, its_functions_outlive_it)
{
    g_autoptr(ez_function_module) module = load(EXECZ_TEST_FUNCTIONS "/sample.so", "sample", NULL);
    const execz_function *echo = ez_function_module_find(module, "echo", NULL);

    g_clear_pointer(&module, ez_function_module_free);
    cr_assert(not(zero(ptr, (void *)echo)));
    cr_expect(eq(str, (char *)echo->name, (char *)"echo"));
}

Test(module, a_missing_file_is_named)
{
    expect_bad_file("nowhere", "P102", "cannot open ");
}

/* The first bytes of a module, in a file of their own. */
static char *
cut_module(const char *directory, gsize length)
{
    char *path = g_build_filename(directory, "sample.so", NULL);
    g_autofree char *whole = NULL;

    cr_assert(g_file_get_contents(EXECZ_TEST_FUNCTIONS "/sample.so", &whole, NULL, NULL));
    cr_assert(g_file_set_contents_full(path, whole, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600,
                                       NULL));
    return path;
}

Test(module, a_file_that_is_not_all_there_is_refused)
{
    g_autofree char *directory = g_dir_make_tmp("execz-module-XXXXXX", NULL);

    for (gsize length = 32; length <= 4096; length *= 2) { /* mapped, it would kill us */
        g_autofree char *path = cut_module(directory, length);
        execz_error err = EXECZ_ERROR_INIT;

        cr_expect(zero(ptr, load(path, "sample", &err)));
        cr_expect(eq(str, err.code, (char *)"P303"));
        cr_expect(g_str_has_prefix(err.message, path) != 0, "%s", err.message);
        unlink(path);
    }
    rmdir(directory);
}

Test(module, a_missing_symbol_is_named)
{
    expect_bad_file("undefined", "P310", "execz_test_missing_symbol");
}

Test(module, a_file_without_an_entry_is_no_module)
{
    expect_bad_file("no_entry", "F103", "does not export execz_module_entry");
}

Test(module, the_entry_of_a_library_it_needs_is_not_its_own)
{
    expect_bad_file("borrowed_entry", "F103", "does not export execz_module_entry");
}

Test(module, a_file_for_another_abi_tells_both_versions)
{
    expect_bad_file("wrong_abi", "F104", "is built for ABI 7.2, this execz has " EXECZ_ABI_TEXT);
}

Test(module, a_file_that_needs_a_newer_abi_tells_which)
{
    expect_bad_file("newer_abi", "F104", "needs ABI 1.33 or later");
}

Test(module, a_file_of_another_name_is_refused)
{
    expect_bad_file("mismatch", "F103", "calls itself 'other', but a task names 'mismatch'");
}
