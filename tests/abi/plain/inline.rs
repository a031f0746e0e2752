// SPDX-License-Identifier: MIT
//! The plain form in Rust, without any crate: an executor that runs each body at once, on the thread
//! that sent it.
use std::ffi::{c_char, c_void};

const ABI: u32 = 1 << 16;

/// The beginning of `execz_host`, as <execz/plugin.h> has it.
#[repr(C)]
pub struct Host {
    size: u32,
    abi: u32,
    name: *const c_char,
    version: *const c_char,
    this: *mut c_void,
    log: unsafe extern "C" fn(*const Host, u32, *const c_char),
    now: *const c_void,
    option: *const c_void,
    option_i64: *const c_void,
    realloc: *const c_void,
    post: *const c_void,
    thread: *const c_void,
    execute: unsafe extern "C" fn(*const Host, u64, i64, *const c_void, *mut c_void) -> i32,
    started: *const c_void,
    output: *const c_void,
    finish: unsafe extern "C" fn(*const Host, u64, *const c_void, u32) -> i32,
}

pub struct Executor {
    host: *const Host,
}

#[no_mangle]
pub extern "C" fn execz_abi() -> u32 {
    ABI
}

/// # Safety
/// As the header promises: `host` is valid until `execz_executor_destroy` returns.
#[no_mangle]
pub unsafe extern "C" fn execz_executor_start(
    host: *const Host,
    _alias: *const c_char,
    executor_out: *mut *mut Executor,
    _error: *mut c_void,
) -> i32 {
    *executor_out = Box::into_raw(Box::new(Executor { host }));
    0
}

#[no_mangle]
pub extern "C" fn execz_executor_shutdown(
    _executor: *mut Executor,
    _flags: u32,
    _deadline: i64,
    _error: *mut c_void,
) -> i32 {
    0 // nothing is left running when send_task has returned
}

/// # Safety
/// As the header promises: `run_times` has `n` elements.
#[no_mangle]
pub unsafe extern "C" fn execz_executor_send_task(
    executor: *mut Executor,
    _task: *const c_void,
    run_times: *const i64,
    n: u32,
    run: u64,
    _error: *mut c_void,
) -> i32 {
    let host = (*executor).host;
    for i in 0..n as usize {
        ((*host).execute)(host, run, *run_times.add(i), std::ptr::null(), std::ptr::null_mut());
    }
    ((*host).finish)(host, run, std::ptr::null(), 0)
}

/// # Safety
/// `executor` is what `execz_executor_start` gave.
#[no_mangle]
pub unsafe extern "C" fn execz_executor_destroy(executor: *mut Executor) {
    drop(Box::from_raw(executor));
}
