//! Opening a device, noticing when it fails, and reading buffers back. Knows no model.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::pipeline::{Kernel, Shared};
use super::shader::Choices;
use crate::error::{Error, Result};
use crate::reason::Reason;

/// What a user or a test may choose about the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GpuOptions {
    /// Store keys and values as f16 where the device can.
    pub f16: bool,
    /// Ask for no more than the limits every WebGPU device has.
    pub default_limits: bool,
    /// Accept an adapter that computes on the CPU.
    pub software: bool,
    /// Let invocations of a subgroup sum up and read together where the device can. In a browser the page must
    /// see to it that the device is asked for with this feature, because `wgpu` does not know it there.
    pub subgroups: bool,
}

impl Default for GpuOptions {
    fn default() -> Self {
        GpuOptions { f16: true, default_limits: false, software: true, subgroups: cfg!(not(target_arch = "wasm32")) }
    }
}

/// An open device and what went wrong on it so far.
#[derive(Debug, Clone)]
pub struct Gpu {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) limits: wgpu::Limits,
    pub(crate) f16: bool,
    /// Invocations of the smallest subgroup; 0 without subgroups.
    pub(crate) subgroup: u32,
    info: wgpu::AdapterInfo,
    faults: Arc<Mutex<Option<Error>>>,
    scopes: Arc<Mutex<Vec<Signal>>>, // of buffers whose memory is not certain yet
    pipelines: Shared,
}

pub(super) fn gpu_error(problem: impl Into<String>) -> Error {
    Error::Backend { backend: "gpu", problem: problem.into() }
}

fn too_large(what: &str, bytes: u64) -> Error {
    Error::OutOfMemory { what: format!("{what}, on the GPU,"), bytes }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Gpu {
    /// Asks for an adapter and a device.
    ///
    /// # Errors
    /// [`Error::NoGpu`] if there is none that fits, [`Error::Backend`] if it gives no device.
    pub async fn open(options: GpuOptions) -> Result<Gpu> {
        let backends =
            if cfg!(target_arch = "wasm32") { wgpu::Backends::BROWSER_WEBGPU } else { wgpu::Backends::VULKAN };
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let request = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance
            .request_adapter(&request)
            .await
            .map_err(|e| Error::NoGpu(Reason::NoAdapter { said: e.to_string() }))?;
        let info = adapter.get_info();
        if !options.software && info.device_type == wgpu::DeviceType::Cpu {
            // Browsers keep the name to themselves.
            let unnamed = info.name.trim().is_empty();
            let reason = if unnamed { Reason::SoftwareGpu } else { Reason::SoftwareAdapter { name: info.name } };
            return Err(Error::NoGpu(reason));
        }
        let mut limits = wgpu::Limits::default();
        if !options.default_limits {
            let can = adapter.limits();
            limits.max_storage_buffer_binding_size = can.max_storage_buffer_binding_size;
            limits.max_buffer_size = can.max_buffer_size;
        }
        let f16 = options.f16 && adapter.features().contains(wgpu::Features::SHADER_F16);
        let mut features = wgpu::Features::empty();
        features.set(wgpu::Features::SHADER_F16, f16);
        let native = adapter.features().contains(wgpu::Features::SUBGROUP);
        features.set(wgpu::Features::SUBGROUP, native && options.subgroups);
        let has_subgroups = options.subgroups && (native || cfg!(target_arch = "wasm32"));
        let subgroup = if has_subgroups { info.subgroup_min_size } else { 0 };
        let (device, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor {
                label: Some("loquat"),
                required_features: features,
                required_limits: limits.clone(),
                ..Default::default()
            })
            .await
            .map_err(|e| gpu_error(format!("{} gives no device: {e}", info.name)))?;
        let faults = Arc::new(Mutex::new(None));
        let on_error = faults.clone();
        device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| {
            let error = match e {
                wgpu::Error::OutOfMemory { .. } => Error::OutOfMemory { what: "a GPU buffer".into(), bytes: 0 },
                other => gpu_error(other.to_string()),
            };
            locked(&on_error).get_or_insert(error);
        }));
        let on_lost = faults.clone();
        device.set_device_lost_callback(move |reason, message| {
            // Losing the device explains every error before it.
            *locked(&on_lost) = Some(Error::DeviceLost(format!("{reason:?}: {message}")));
        });
        let (scopes, pipelines) = Default::default();
        Ok(Gpu { device, queue, limits, f16, subgroup, info, faults, scopes, pipelines })
    }

    /// The pipeline of a kernel with these imports and `override` values, made on first use.
    ///
    /// # Errors
    /// What the device reported so far; compilation errors surface at the next wait in a browser.
    pub(super) fn pipeline(
        &self,
        kernel: &'static Kernel,
        choices: Choices<'_>,
        constants: &[(&str, f64)],
    ) -> Result<wgpu::ComputePipeline> {
        locked(&self.pipelines).get(&self.device, kernel, choices, constants, || self.check())
    }

    /// The layout of a kernel's bind group.
    pub(super) fn layout(&self, kernel: &'static Kernel) -> wgpu::BindGroupLayout {
        locked(&self.pipelines).layout(&self.device, kernel)
    }

    /// The first thing that went wrong, if anything did.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Backend`].
    pub fn check(&self) -> Result<()> {
        let fault = locked(&self.faults).clone();
        match fault {
            None => Ok(()),
            Some(Error::DeviceLost(_)) => fault.map_or(Ok(()), Err),
            Some(_) => {
                // Calls on a device that is lost fail before the loss itself is told.
                let _ = self.device.poll(wgpu::PollType::Poll);
                locked(&self.faults).clone().map_or(Ok(()), Err)
            }
        }
    }

    /// What went wrong was tried only, and will not be used.
    pub(crate) fn forgive(&self) {
        let mut fault = locked(&self.faults);
        if !matches!(*fault, Some(Error::DeviceLost(_))) {
            *fault = None;
        }
    }

    /// What was too large will not be used: a lack of memory is no fault any more.
    pub(super) fn forgive_memory(&self) {
        let mut fault = locked(&self.faults);
        if matches!(*fault, Some(Error::OutOfMemory { .. })) {
            *fault = None;
        }
    }

    /// The adapter computes on the CPU: right, but slower than the CPU backend.
    pub fn is_software(&self) -> bool {
        self.info.device_type == wgpu::DeviceType::Cpu
    }

    /// Invocations of the smallest subgroup; 0 where there are none to be used.
    pub fn subgroup(&self) -> u32 {
        self.subgroup
    }

    /// The adapter and its driver, a key for what was learned about them.
    pub fn adapter(&self) -> String {
        [&self.info.name, &self.info.driver, &self.info.driver_info].map(String::as_str).join(" ").trim().to_owned()
    }

    /// Gives the device up: whatever still uses it finds it lost.
    pub fn destroy(&self) {
        self.device.destroy();
    }

    /// The same device, with keys and values in f32.
    pub(crate) fn without_f16(&self) -> Gpu {
        Gpu { f16: false, ..self.clone() }
    }

    /// The same device, whose subgroups are left alone.
    pub(crate) fn without_subgroups(&self) -> Gpu {
        Gpu { subgroup: 0, ..self.clone() }
    }

    /// Bytes of device memory in use, where the driver's allocator tells.
    pub fn allocated(&self) -> Option<u64> {
        self.device.generate_allocator_report().map(|r| r.total_allocated_bytes)
    }

    /// A buffer of zeros.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] if it is larger than the device's limit; if memory is short, at the next
    /// wait.
    pub fn buffer(&self, what: &str, bytes: usize, usage: wgpu::BufferUsages) -> Result<wgpu::Buffer> {
        let size = (bytes as u64).next_multiple_of(16).max(256);
        if size > self.limits.max_buffer_size {
            return Err(too_large(what, size));
        }
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(what),
            size,
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let what = what.to_owned();
        self.close(scope, move |fault, _| {
            // Whatever fails after it fails because of it.
            if !matches!(fault, Some(Error::DeviceLost(_))) {
                *fault = Some(too_large(&what, size));
            }
        });
        Ok(buffer)
    }

    /// Runs what makes buffers and binds them. What is invalid for want of memory is no fault of its own.
    ///
    /// # Errors
    /// As `make`.
    pub(super) fn making<T>(&self, make: impl FnOnce() -> Result<T>) -> Result<T> {
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = make();
        self.close(scope, |fault, error| {
            fault.get_or_insert(gpu_error(error.to_string()));
        });
        made
    }

    /// Ends a scope; `told` hears of its first error, before [`Gpu::settle`] resolves.
    fn close(&self, scope: wgpu::ErrorScopeGuard, told: impl FnOnce(&mut Option<Error>, wgpu::Error) + 'static) {
        let (popped, faults, certain) = (scope.pop(), self.faults.clone(), Signal::default());
        locked(&self.scopes).push(certain.clone());
        spawn(async move {
            if let Some(error) = popped.await {
                told(&mut locked(&faults), error);
            }
            certain.set(Ok(()));
        });
    }

    /// A storage buffer that one binding covers.
    ///
    /// # Errors
    /// As [`Gpu::buffer`].
    pub fn storage(&self, what: &str, bytes: usize) -> Result<wgpu::Buffer> {
        if bytes as u64 > self.limits.max_storage_buffer_binding_size {
            return Err(too_large(what, bytes as u64));
        }
        self.buffer(what, bytes, wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC)
    }

    /// Waits until `bytes` of a mappable buffer can be read, and hands them to `take`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] and whatever the queue reported meanwhile.
    pub async fn read<T>(&self, buffer: &wgpu::Buffer, bytes: usize, take: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let signal = self.map(buffer, bytes);
        self.wait()?;
        self.mapped(buffer, signal, bytes, take).await
    }

    /// Asks for `bytes` of a mappable buffer, once everything submitted so far is done.
    pub(super) fn map(&self, buffer: &wgpu::Buffer, bytes: usize) -> Signal {
        let done = Signal::default();
        let signal = done.clone();
        mapped_slice(buffer, bytes)
            .map_async(wgpu::MapMode::Read, move |result| signal.set(result.map_err(|e| e.to_string())));
        done
    }

    /// Hands the bytes that [`Gpu::map`] asked for to `take`, when they can be read.
    ///
    /// # Errors
    /// As [`Gpu::read`].
    pub(super) async fn mapped<T>(
        &self,
        buffer: &wgpu::Buffer,
        done: Signal,
        bytes: usize,
        take: impl FnOnce(&[u8]) -> T,
    ) -> Result<T> {
        let mapped = done.await;
        if mapped.is_err() {
            // The loss of the device may be told after what it made fail.
            self.settle().await?;
        }
        self.check()?;
        mapped.map_err(gpu_error)?;
        let view = mapped_slice(buffer, bytes).get_mapped_range().map_err(|e| gpu_error(e.to_string()))?;
        let taken = take(&view[..bytes]);
        drop(view);
        buffer.unmap();
        Ok(taken)
    }

    /// Natively, runs the queue dry; in a browser it runs by itself.
    pub(super) fn wait(&self) -> Result<()> {
        self.wait_for(None)
    }

    /// Natively, waits for a submission (for all without one) and runs the callbacks that are due.
    pub(super) fn wait_for(&self, submission_index: Option<wgpu::SubmissionIndex>) -> Result<()> {
        match self.device.poll(wgpu::PollType::Wait { submission_index, timeout: None }) {
            Ok(_) => Ok(()),
            Err(e) => {
                // A submission to a lost device can't be waited for; the loss is told meanwhile.
                let _ = self.device.poll(wgpu::PollType::wait_indefinitely());
                self.check().and(Err(gpu_error(e.to_string())))
            }
        }
    }

    /// Resolves when everything submitted so far is done.
    ///
    /// # Errors
    /// What the queue reported meanwhile.
    pub async fn settle(&self) -> Result<()> {
        let done = Signal::default();
        let signal = done.clone();
        self.queue.on_submitted_work_done(move || signal.set(Ok(())));
        self.wait()?;
        done.await.map_err(gpu_error)?;
        let scopes = std::mem::take(&mut *locked(&self.scopes));
        for certain in scopes {
            certain.await.map_err(gpu_error)?;
        }
        self.check()
    }
}

/// Natively errors are there at once; a browser tells them later, and in any case before what was
/// submitted afterwards is done.
#[cfg(not(target_arch = "wasm32"))]
fn spawn(task: impl Future<Output = ()>) {
    pollster::block_on(task);
}

#[cfg(target_arch = "wasm32")]
fn spawn(task: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(task);
}

/// Mapped ranges are multiples of 8 bytes.
fn mapped_slice(buffer: &wgpu::Buffer, bytes: usize) -> wgpu::BufferSlice<'_> {
    buffer.slice(..(bytes as u64).next_multiple_of(16).max(16))
}

/// A callback's result as a future.
#[derive(Debug, Clone, Default)]
pub(super) struct Signal(Arc<Mutex<SignalState>>);

/// The result, once it is there, and who waits for it.
type SignalState = (Option<Result<(), String>>, Option<Waker>);

impl Signal {
    fn set(&self, result: Result<(), String>) {
        let waker = {
            let mut state = locked(&self.0);
            state.0 = Some(result);
            state.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for Signal {
    type Output = Result<(), String>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = locked(&self.0);
        match state.0.take() {
            Some(result) => Poll::Ready(result),
            None => {
                state.1 = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}
