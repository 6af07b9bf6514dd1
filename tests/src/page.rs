//! A page in a headless browser, with what it complained about.

use std::env;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::common::capabilities::firefox::FirefoxPreferences;
use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, WebElement};
use tokio::time::sleep;

use crate::webdriver::Driver;

/// How long a page may take to come to an expected state on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Set on every page: no sandbox (containers have none), nothing fetched that the page did not ask for.
const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--force-color-profile=srgb",
];

/// One browser with one page.
pub struct Page {
    browser: WebDriver,
    _driver: Driver,
    /// Whether the browser tells what it logged, which Firefox does not.
    has_log: bool,
}

impl Page {
    /// Starts a fresh browser, without any stored state, on an address.
    pub async fn open(url: &str) -> Result<Self> {
        let driver = Driver::chrome()?;
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        if let Some(chromium) = env::var_os("CHROMIUM") {
            wanted.set_binary(&chromium.to_string_lossy())?;
        }
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let browser = WebDriver::new(&driver.url(), wanted)
            .await
            .context("cannot start a browser")?;
        let page = Self {
            browser,
            _driver: driver,
            has_log: true,
        };
        page.browser.set_script_timeout(PATIENCE).await?;
        page.resize(1440, 1000).await?;
        page.browser.goto(url).await?;
        Ok(page)
    }

    /// The same in Firefox, for a visitor who prefers `light` or `dark`; `None`, after saying so, where there is none.
    pub async fn open_in_firefox(url: &str, scheme: &str) -> Result<Option<Self>> {
        let Some(mut driver) = Driver::gecko()? else {
            crate::say(
                "skipped: FIREFOX and GECKODRIVER are not set; install Firefox and run `cargo xtask test`",
            );
            return Ok(None);
        };
        let mut wanted = DesiredCapabilities::firefox();
        wanted.set_headless()?;
        let mut preferences = FirefoxPreferences::new();
        let number = match scheme {
            "dark" => 0,
            _ => 1,
        };
        preferences.set("layout.css.prefers-color-scheme.content-override", number)?;
        wanted.set_preferences(preferences)?;
        let browser = WebDriver::new(&driver.url(), wanted)
            .await
            .context("cannot start Firefox")?;
        driver.ends_session(&browser.session_id().to_string());
        let page = Self {
            browser,
            _driver: driver,
            has_log: false,
        };
        page.browser.set_script_timeout(PATIENCE).await?;
        page.browser.set_window_rect(0, 0, 1440, 1000).await?;
        page.browser.goto(url).await?;
        Ok(Some(page))
    }

    /// Sets the size of the visible page, as a device of that size would.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        )
        .await
    }

    /// Lets the page see a visitor who prefers `light` or `dark`.
    pub async fn prefer_colours(&self, scheme: &str) -> Result<()> {
        let feature = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": feature }))
            .await
    }

    /// Lets the page see a visitor who prefers that nothing moves.
    pub async fn prefer_reduced_motion(&self) -> Result<()> {
        let feature = json!([{ "name": "prefers-reduced-motion", "value": "reduce" }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": feature }))
            .await
    }

    async fn devtools(&self, method: &str, parameters: Value) -> Result<()> {
        self.browser.cdp().send_raw(method, parameters).await?;
        Ok(())
    }

    /// Lets a script run for so long.
    pub async fn patience(&self, longest: Duration) -> Result<()> {
        Ok(self.browser.set_script_timeout(longest).await?)
    }

    /// Empties the browser's cache of files.
    pub async fn forget_cache(&self) -> Result<()> {
        self.devtools("Network.clearBrowserCache", json!({})).await
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.browser.refresh().await?)
    }

    /// Goes to another address in the same browser.
    pub async fn go_to(&self, url: &str) -> Result<()> {
        Ok(self.browser.goto(url).await?)
    }

    /// Runs the body of an async function in the page, with `input`, and returns its result.
    pub async fn run<T: DeserializeOwned>(&self, body: &str, input: Value) -> Result<T> {
        let script = format!(
            "const [input, done] = arguments;
             (async () => {{ {body} }})().then(
                 (value) => done({{ value: value ?? null }}),
                 (error) => done({{ error: `${{error?.stack ?? error}}` }}));"
        );
        let outcome = self.browser.execute_async(script, vec![input]).await?;
        let outcome = outcome.json();
        if let Some(error) = outcome["error"].as_str() {
            bail!("the page threw {error}\nin: {body}");
        }
        serde_json::from_value(outcome["value"].clone())
            .with_context(|| format!("the page returned {}\nfrom: {body}", outcome["value"]))
    }

    /// The value of a JavaScript expression.
    pub async fn value<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        self.run(&format!("return ({expression});"), Value::Null)
            .await
    }

    /// Waits until an expression is truthy and returns its value.
    ///
    /// # Errors
    /// After 30 seconds, with the last value and what the page complained about.
    pub async fn until<T: DeserializeOwned>(&self, what: &str, expression: &str) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let value: Value = self.value(expression).await?;
            let falsy = matches!(&value, Value::Null | Value::Bool(false))
                || value == json!(0)
                || value == json!("");
            if !falsy {
                return Ok(serde_json::from_value(value)?);
            }
            if Instant::now() > deadline {
                let complaints = self.complaints().await?.join("\n");
                bail!("waited in vain until {what}: `{expression}` is {value}\n{complaints}");
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// The element that an expression gives; it may lie in a shadow root.
    pub async fn element(&self, expression: &str) -> Result<WebElement> {
        self.until::<bool>("the element is there", &format!("!!({expression})"))
            .await?;
        let script = format!("return {expression};");
        Ok(self.browser.execute(script, vec![]).await?.element()?)
    }

    /// Clicks the element that an expression gives, as a visitor would: it must be in reach.
    pub async fn click(&self, expression: &str) -> Result<()> {
        let element = self.element(expression).await?;
        let centre = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' });";
        self.browser
            .execute(centre, vec![element.to_json()?])
            .await?;
        element
            .click()
            .await
            .with_context(|| format!("cannot click {expression}"))
    }

    /// Types into the element that an expression gives.
    pub async fn type_into(&self, expression: &str, text: &str) -> Result<()> {
        Ok(self.element(expression).await?.send_keys(text).await?)
    }

    /// Presses the mouse in the middle of the element that an expression gives, moves it
    /// sideways by each of `steps` pixels in turn, one a frame, and lets go.
    pub async fn drag(&self, expression: &str, steps: &[i64]) -> Result<()> {
        let element = self.element(expression).await?;
        let centre = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' });";
        self.browser
            .execute(centre, vec![element.to_json()?])
            .await?;
        let frame = Some(Duration::from_millis(16));
        let pressed = self
            .browser
            .action_chain_with_delay(None, frame)
            .click_and_hold_element(&element);
        let moved = steps
            .iter()
            .fold(pressed, |hand, &step| hand.move_by_offset(step, 0));
        Ok(moved.release().perform().await?)
    }

    /// Presses keys wherever the focus is.
    pub async fn press(&self, keys: &str) -> Result<()> {
        Ok(self
            .browser
            .action_chain()
            .send_keys(keys)
            .perform()
            .await?)
    }

    /// Keeps a picture of the page with the build's output and returns where it lies.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let test = env::current_exe()?;
        let target = test
            .ancestors()
            .nth(3)
            .context("a test lies in TARGET/PROFILE/deps")?;
        let folder = target.join("doorstep/screenshots");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.png"));
        self.browser.screenshot(&path).await?;
        Ok(path)
    }

    /// Errors that the browser logged since the last call: thrown, rejected, refused, not found.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        if !self.has_log {
            return Ok(Vec::new());
        }
        let entries = self.browser.browser_log().await?;
        Ok(entries
            .into_iter()
            .filter(|entry| entry.level == "SEVERE")
            .map(|entry| entry.message)
            .collect())
    }

    /// Ends the browser; any logged error fails the test.
    pub async fn close(self) -> Result<()> {
        self.close_with(|_| false).await
    }

    /// Ends the browser; a logged error fails the test unless `expected` accepts it.
    pub async fn close_with(self, expected: impl Fn(&str) -> bool) -> Result<()> {
        let complaints = self.complaints().await?;
        let surprises: Vec<_> = complaints.iter().filter(|line| !expected(line)).collect();
        ensure!(
            surprises.is_empty(),
            "the page logged errors: {surprises:#?}"
        );
        Ok(())
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // The driver ends its browsers when it is shut down. Ending the session from
        // here instead would block a failing test for two minutes.
        let _ = self.browser.clone().leak();
    }
}
