/* SPDX-License-Identifier: MIT */
#include "function/modules.h"

#include <pthread.h>
#include <stdlib.h>

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const char *const path[] = {EXECZ_TEST_FUNCTIONS, NULL};

static void
expect_refusal(ez_modules *modules, const char *text, const char *code, const char *words)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(zero(ptr, (void *)ez_modules_resolve(modules, text, &err)), "%s", text);
    cr_expect(eq(str, err.code, (char *)code), "%s: %s", text, err.message);
    cr_expect(strstr(err.message, words) != NULL, "%s: '%s' is not in: %s", text, words,
              err.message);
}

Test(modules, a_function_is_found_by_module_and_name)
{
    g_autoptr(ez_modules) modules = ez_modules_new(path);
    execz_error err = EXECZ_ERROR_INIT;
    const execz_function *hello = ez_modules_resolve(modules, "greetings:hello", &err);

    cr_assert(hello != NULL, "%s", err.message);
    cr_expect(eq(str, (char *)hello->name, (char *)"hello"));
    cr_expect(eq(u32, hello->kind, EXECZ_TASK_FUNCTION));
    cr_expect(
        eq(u32, ez_modules_resolve(modules, "greetings:nap", &err)->kind, EXECZ_TASK_COROUTINE));
    cr_expect(eq(ptr, (void *)ez_modules_resolve(modules, "greetings:hello", &err), (void *)hello));
}

Test(modules, a_loaded_module_has_a_path)
{
    g_autoptr(ez_modules) modules = ez_modules_new(path);

    cr_expect(zero(ptr, (void *)ez_modules_path(modules, "greetings:hello")), "not loaded yet");
    cr_assert(not(zero(ptr, (void *)ez_modules_resolve(modules, "greetings:hello", NULL))));
    cr_expect(eq(str, (char *)ez_modules_path(modules, "greetings:hello"),
                 (char *)EXECZ_TEST_FUNCTIONS "/greetings.so"));
}

Test(modules, a_function_is_found_in_a_file_that_is_in_no_directory)
{
    g_autoptr(ez_modules) modules = ez_modules_new(NULL);
    execz_error err = EXECZ_ERROR_INIT;
    const char *file = EXECZ_TEST_FUNCTIONS "/greetings.so";

    cr_expect(ez_modules_resolve_in(modules, file, "greetings:add", &err) != NULL, "%s",
              err.message);
    cr_expect(ez_modules_resolve_in(modules, file, "sample:echo", &err) == NULL);
    cr_expect(ez_modules_resolve_in(modules, "greetings.so", "greetings:add", &err) == NULL);
    cr_expect(strstr(err.message, "is not an absolute path") != NULL, "%s", err.message);
}

Test(modules, an_unknown_module_tells_where_it_was_looked_for)
{
    static const char *const missing[] = {"/nonexistent/functions", EXECZ_TEST_FUNCTIONS, NULL};
    g_autoptr(ez_modules) modules = ez_modules_new(missing);

    expect_refusal(modules, "greetigns:hello", "F101", "did you mean \"greetings\"?");
    expect_refusal(modules, "greetigns:hello", "F101",
                   "/nonexistent/functions (function_path, missing), " EXECZ_TEST_FUNCTIONS
                   " (function_path), ");
    expect_refusal(modules, "greetigns:hello", "F101", "/execz/functions-1 (built in, missing)");
}

Test(modules, an_unknown_function_tells_which_there_are)
{
    g_autoptr(ez_modules) modules = ez_modules_new(path);

    expect_refusal(modules, "greetings:helo", "F102",
                   "module 'greetings' (" EXECZ_TEST_FUNCTIONS
                   "/greetings.so) has no function 'helo'; did you mean \"hello\"?; it has: add, "
                   "fail, hello, nap");
    expect_refusal(modules, "empty:hello", "F102", "it has: none");
}

Test(modules, a_text_that_names_no_function_tells_how_to_write_one)
{
    g_autoptr(ez_modules) modules = ez_modules_new(path);

    expect_refusal(modules, "greetings", "F105", "write MODULE:FUNCTION, as in greetings:hello");
    expect_refusal(modules, "greetings:", "F105", "write MODULE:FUNCTION");
    expect_refusal(modules, "a:b:c", "F105", "write MODULE:FUNCTION");
    expect_refusal(modules, ":hello", "F105", "not a path");
    expect_refusal(modules, "../evil:hello", "F105", "not a path");
    expect_refusal(modules, "/etc/evil:hello", "F105", "not a path");
    expect_refusal(modules, NULL, "F105", "write MODULE:FUNCTION");
}

Test(modules, a_module_that_cannot_be_loaded_tells_why)
{
    g_autoptr(ez_modules) modules = ez_modules_new(path);

    expect_refusal(modules, "undefined:never", "P310", "execz_test_missing_symbol");
    expect_refusal(modules, "no_entry:hello", "F103", "does not export execz_module_entry");
    expect_refusal(modules, "mismatch:noop", "F103", "mismatch.so calls itself 'other'");
}

Test(modules, an_entry_of_a_library_it_is_linked_to_is_not_its_own)
{
    g_autoptr(ez_modules) modules = ez_modules_new(path);

    expect_refusal(modules, "borrowed_entry:hello", "F103", "does not export execz_module_entry");
}

Test(modules, another_abi_is_named)
{
    g_autoptr(ez_modules) modules = ez_modules_new(path);

    expect_refusal(modules, "wrong_abi:hello", "F104",
                   "is built for ABI 7.2, this execz has 1.0; build it again");
    expect_refusal(modules, "newer_abi:hello", "F104",
                   "needs ABI 1.33 or later, this execz has 1.0; use a newer execz");
}

/* ---- registered ---- */

static execz_status
nothing(execz_call *call)
{
    return EXECZ_OK;
}

static const execz_function noop = {sizeof noop, EXECZ_TASK_FUNCTION, "noop", "", nothing};

Test(modules, the_program_registers_functions_of_its_own)
{
    static const execz_function *const functions[] = {&noop};
    g_autoptr(ez_modules) modules = ez_modules_new(NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_modules_register(modules, "app", functions, 1, &err), EXECZ_OK));
    cr_expect(eq(ptr, (void *)ez_modules_resolve(modules, "app:noop", &err), (void *)&noop));
    cr_expect(zero(ptr, (void *)ez_modules_path(modules, "app:noop")));
    cr_expect(eq(int, ez_modules_register(modules, "app", functions, 1, &err), EXECZ_E_EXISTS));
    cr_expect(eq(int, ez_modules_register(modules, "a/b", functions, 1, &err), EXECZ_E_INVAL));
    expect_refusal(modules, "ap:noop", "F101", "did you mean \"app\"?");
    expect_refusal(modules, "app:nop", "F102", "(registered by the program)");
}

Test(modules, two_functions_of_one_name_are_refused)
{
    static const execz_function *const functions[] = {&noop, &noop};
    g_autoptr(ez_modules) modules = ez_modules_new(NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_modules_register(modules, "app", functions, 2, &err), EXECZ_E_INVAL));
    cr_expect(strstr(err.message, "two functions called 'noop'") != NULL, "%s", err.message);
}

Test(modules, an_incomplete_function_is_refused)
{
    static const execz_function callless = {sizeof callless, EXECZ_TASK_FUNCTION, "x", "", NULL};
    static const execz_function kindless = {sizeof kindless, EXECZ_TASK_COMMAND, "x", "", nothing};
    const execz_function *function = &callless;
    g_autoptr(ez_modules) modules = ez_modules_new(NULL);

    cr_expect(eq(int, ez_modules_register(modules, "app", &function, 1, NULL), EXECZ_E_INVAL));
    function = &kindless;
    cr_expect(eq(int, ez_modules_register(modules, "app", &function, 1, NULL), EXECZ_E_INVAL));
}

/* ---- threads ---- */

static void *
resolve_often(void *modules)
{
    const execz_function *first = ez_modules_resolve(modules, "greetings:hello", NULL);

    for (int i = 0; i < 1000; i++) {
        if (ez_modules_resolve(modules, "greetings:hello", NULL) != first) {
            return NULL;
        }
    }
    return (void *)first;
}

Test(modules, many_threads_get_the_same_function)
{
    g_autoptr(ez_modules) modules = ez_modules_new(path);
    pthread_t threads[8];
    void *found[8];

    for (int i = 0; i < 8; i++) {
        pthread_create(&threads[i], NULL, resolve_often, modules);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], &found[i]);
        cr_expect(all(not(zero(ptr, found[i])), eq(ptr, found[i], found[0])));
    }
}

Test(modules, a_file_that_others_may_write_to_is_not_loaded)
{
    g_autofree char *directory = g_dir_make_tmp("execz-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(directory, "greetings.so", NULL);
    const char *const where[] = {directory, NULL};
    g_autoptr(ez_modules) modules = ez_modules_new(where);
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *bytes = NULL;
    size_t length = 0;

    cr_assert(g_file_get_contents(EXECZ_TEST_FUNCTIONS "/greetings.so", &bytes, &length, NULL));
    cr_assert(g_file_set_contents(file, bytes, (gssize)length, NULL));
    cr_assert(zero(int, chmod(file, 0666)));
    cr_expect(ez_modules_resolve(modules, "greetings:hello", &err) == NULL);
    cr_expect(eq(str, err.code, (char *)"P201"));
    cr_assert(zero(int, chmod(file, 0644)));
    cr_expect(ez_modules_resolve(modules, "greetings:hello", &err) != NULL, "%s", err.message);
    unlink(file);
    rmdir(directory);
}

/* Has the file ask for executable stacks. */
static void
make_stacks_executable(char *bytes)
{
    const Elf64_Ehdr *header = (void *)bytes;
    Elf64_Phdr *segments = (void *)(bytes + header->e_phoff);

    for (unsigned i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_GNU_STACK) {
            segments[i].p_flags |= PF_X;
        }
    }
}

Test(modules, a_file_is_judged_like_a_plugin_before_its_code_runs)
{
    g_autofree char *directory = g_dir_make_tmp("execz-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(directory, "greetings.so", NULL);
    const char *const where[] = {directory, NULL};
    g_autoptr(ez_modules) modules = ez_modules_new(where);
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *bytes = NULL;
    size_t length = 0;

    cr_assert(g_file_get_contents(EXECZ_TEST_FUNCTIONS "/greetings.so", &bytes, &length, NULL));
    make_stacks_executable(bytes);
    cr_assert(g_file_set_contents(file, bytes, (gssize)length, NULL));
    cr_assert(zero(int, chmod(file, 0644)));
    cr_expect(ez_modules_resolve(modules, "greetings:hello", &err) == NULL);
    cr_expect(eq(str, err.code, (char *)"P322"));
    unlink(file);
    rmdir(directory);
}
