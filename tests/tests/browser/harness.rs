//! That the harness sees what goes wrong in a page: otherwise no other test here means anything.

use anyhow::Result;
use doorstep_tests::page::Page;
use serde_json::{Value, json};

#[tokio::test]
async fn thrown_and_rejected_errors_are_complaints() -> Result<()> {
    let page = Page::open("data:text/html,<title>blank</title>").await?;
    assert_eq!(page.value::<String>("document.title").await?, "blank");
    assert!(page.complaints().await?.is_empty());
    let throw = "setTimeout(() => { throw new Error('thrown'); });
                 Promise.reject(new Error('rejected'));
                 console.error('logged');
                 await new Promise((resolve) => setTimeout(resolve, 100));";
    page.run::<Value>(throw, Value::Null).await?;
    let complaints = page.complaints().await?.join("\n");
    for expected in ["thrown", "rejected", "logged"] {
        assert!(
            complaints.contains(expected),
            "{expected} is not in {complaints}"
        );
    }
    page.close().await
}

#[tokio::test]
async fn a_script_error_and_a_wait_in_vain_fail_the_test() -> Result<()> {
    let page = Page::open("data:text/html,<title>blank</title>").await?;
    let error = page
        .run::<Value>("throw new Error(input);", json!("on purpose"))
        .await;
    assert!(error.unwrap_err().to_string().contains("on purpose"));
    page.run::<Value>("console.error('a complaint');", Value::Null)
        .await?;
    let error = page.close().await.unwrap_err();
    assert!(error.to_string().contains("a complaint"), "{error}");
    Ok(())
}
